"""The GitHub App: webhooks become jobs, jobs are worked on. Import from the modules."""
