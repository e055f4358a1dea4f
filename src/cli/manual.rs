//! Renders manual pages and the completions of shells from the commands as typed.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::Arguments;
use crate::error::{Error, Result};

/// Returns the script by which a shell completes commands, flags and paths.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), env!("CARGO_PKG_NAME"), &mut script);
    text(script)
}

/// Returns the manual page of a command in roff; `None`: of the program.
///
/// # Errors
/// When there is no such command.
pub(super) fn page(command: Option<&str>) -> Result<String> {
    let program = built();
    let of = match command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| no_command(&program, name))?,
    };
    let mut page = Vec::new();
    render(of, &mut page).map_err(|error| Error::output("manual page", error))?;
    Ok(text(page))
}

/// The commands, each with its full name and the flags that all have; `help` has no page.
fn built() -> Command {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    program
}

fn no_command(program: &Command, name: &str) -> Error {
    let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    Error::setting("COMMAND", format!("`{name}` is no command"), format!("Write any of {}", names.join(", ")))
}

/// Writes the sections that clap's own page has, with the examples as they are typed: clap would fill their lines.
fn render(command: Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let has_commands = command.has_subcommands();
    let examples = command.get_after_help().map(ToString::to_string);
    let source = concat!("hashwatt ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).source(source).manual("hashwatt");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands {
        man.render_subcommands_section(page)?;
    }
    if let Some(examples) = examples {
        let mut section = Roff::new();
        section.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.lines().skip_while(|line| line.starts_with("Example")) {
            section.text([roman(line)]);
        }
        section.control("fi", []);
        section.to_writer(page)?;
    }
    Ok(())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("help is UTF-8, and so is what is made of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page_that_names_all_its_flags() {
        for command in built().get_subcommands() {
            let page = page(Some(command.get_name())).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{page}");
            for flag in command.get_arguments().filter_map(|argument| argument.get_long()) {
                // roff writes a hyphen that is not to be broken as `\\-`.
                let flag = format!("\\-\\-{}", flag.replace('-', "\\-"));
                assert!(page.contains(&flag), "{}: {flag}", command.get_name());
            }
        }
    }

    #[test]
    fn a_command_that_is_not_there_names_those_that_are() {
        let error = page(Some("detekt")).unwrap_err().to_string();
        assert!(error.contains("`detekt`") && error.contains("detect, check"), "{error}");
    }
}
