"""Executes a notebook in place and keeps its outputs; ends with an error where a cell fails.

usage: execute.py NOTEBOOK [OUT]   (OUT: where to write it; default: over NOTEBOOK)
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

notebook = Path(sys.argv[1])
out = Path(sys.argv[2]) if len(sys.argv) > 2 else notebook
content = nbformat.read(notebook, as_version=4)
NotebookClient(content, timeout=1800, kernel_name="python3", resources={"metadata": {"path": notebook.parent}}, record_timing=False).execute()
# Which Python ran it is nobody's business but the runner's.
content.metadata["language_info"] = {"name": "python"}
nbformat.write(content, out)
print(f"{notebook}: {sum(cell.cell_type == 'code' for cell in content.cells)} cells executed, none failed")
