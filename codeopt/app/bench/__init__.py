"""`codeopt bench`: suites of tasks, run one after the other by `optimize`, and summed up."""
