//! Computes logarithms, powers and angles to the same bits on every machine.
//!
//! The system's library takes other ways on processors that multiply and add in one step, and its last digit then
//! differs: one exponential in 1,400, and with it scores. These are computed by the program itself. Nothing that
//! reaches an output of a run may use the methods of `f32` and `f64` in their place; `tidy` holds that.

/// Functions whose last digit would depend on the machine.
pub trait Portable: Copy {
    /// Returns e to this power.
    #[must_use]
    fn portable_exp(self) -> Self;
    /// Returns the natural logarithm.
    #[must_use]
    fn portable_ln(self) -> Self;
    /// Returns the natural logarithm of 1 and this.
    #[must_use]
    fn portable_ln_1p(self) -> Self;
    /// Returns the logarithm to base 2.
    #[must_use]
    fn portable_log2(self) -> Self;
    /// Returns the logarithm to base 10.
    #[must_use]
    fn portable_log10(self) -> Self;
    /// Returns this to a power.
    #[must_use]
    fn portable_powf(self, power: Self) -> Self;
    /// Returns the length of the hypotenuse over this and another side.
    #[must_use]
    fn portable_hypot(self, other: Self) -> Self;
    /// Returns the sine of an angle. [rad]
    #[must_use]
    fn portable_sin(self) -> Self;
    /// Returns the cosine of an angle. [rad]
    #[must_use]
    fn portable_cos(self) -> Self;
    /// Returns the tangent of an angle. [rad]
    #[must_use]
    fn portable_tan(self) -> Self;
    /// Returns the angle of this cosine. [rad]
    #[must_use]
    fn portable_acos(self) -> Self;
}

macro_rules! portable {
    ($float:ty: $($method:ident = $function:path),* ; $($method_of_two:ident = $function_of_two:path),*) => {
        impl Portable for $float {
            $(fn $method(self) -> Self {
                $function(self)
            })*
            $(fn $method_of_two(self, other: Self) -> Self {
                $function_of_two(self, other)
            })*
        }
    };
}

portable!(f64: portable_exp = libm::exp, portable_ln = libm::log, portable_ln_1p = libm::log1p,
    portable_log2 = libm::log2, portable_log10 = libm::log10, portable_sin = libm::sin, portable_cos = libm::cos,
    portable_tan = libm::tan, portable_acos = libm::acos;
    portable_powf = libm::pow, portable_hypot = libm::hypot);
portable!(f32: portable_exp = libm::expf, portable_ln = libm::logf, portable_ln_1p = libm::log1pf,
    portable_log2 = libm::log2f, portable_log10 = libm::log10f, portable_sin = libm::sinf, portable_cos = libm::cosf,
    portable_tan = libm::tanf, portable_acos = libm::acosf;
    portable_powf = libm::powf, portable_hypot = libm::hypotf);

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of every function at arguments from 0.0001 to 40, as one number.
    fn bits() -> u64 {
        let mut sum = 0_u64;
        let mut add = |bits: u64| sum = (sum ^ bits).wrapping_mul(0x0100_0000_01b3);
        for at in 1..=4000 {
            let (x, share) = (f64::from(at * at) * 2.5e-6, f64::from(at) / 4001.0);
            let y = x as f32;
            for value in [(-x).portable_exp(), x.portable_ln(), x.portable_ln_1p(), x.portable_log2()] {
                add(value.to_bits());
            }
            for value in [x.portable_log10(), x.portable_powf(0.37), x.portable_hypot(1.3), x.portable_sin()]
            {
                add(value.to_bits());
            }
            for value in [x.portable_cos(), x.portable_tan(), share.portable_acos()] {
                add(value.to_bits());
            }
            for value in [(-y).portable_exp(), y.portable_ln(), y.portable_ln_1p(), y.portable_powf(0.37)] {
                add(u64::from(value.to_bits()));
            }
            for value in
                [y.portable_sin(), y.portable_cos(), y.portable_tan(), (share as f32).portable_acos()]
            {
                add(u64::from(value.to_bits()));
            }
        }
        sum
    }

    #[test]
    fn the_bits_are_those_of_every_machine() {
        assert_eq!(bits(), 6_847_142_808_254_580_010);
    }

    #[test]
    fn values_are_those_of_the_system_but_for_the_last_digits() {
        for at in 1..1000 {
            let x = f64::from(at) * 0.037;
            for (own, system) in [
                ((-x).portable_exp(), (-x).exp()),
                (x.portable_ln(), x.ln()),
                (x.portable_ln_1p(), x.ln_1p()),
                (x.portable_log2(), x.log2()),
                (x.portable_log10(), x.log10()),
                (x.portable_powf(0.37), x.powf(0.37)),
                (x.portable_hypot(1.3), x.hypot(1.3)),
                (x.portable_sin(), x.sin()),
                (x.portable_cos(), x.cos()),
                (x.portable_tan(), x.tan()),
                ((x / 37.0).portable_acos(), (x / 37.0).acos()),
            ] {
                assert!(
                    (own - system).abs() <= 4.0 * f64::EPSILON * system.abs().max(1e-3),
                    "{x}: {own} {system}"
                );
            }
        }
    }
}
