"""`codeopt check`: did a change make the code slower? Import from the modules."""
