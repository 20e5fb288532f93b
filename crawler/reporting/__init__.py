"""What a crawl shows of itself: progress, a report at its end, alarms, outlets on trial."""
