"""Source code as codeopt sees it: files to functions, calls, context and ranked targets. The only importer of tree-sitter."""
