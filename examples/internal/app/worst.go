package app

// Worst explains the column "at most" of a report.
const Worst = "The column *at most* is what the request costs with the largest items that DynamoDB has, 400 KB, and the largest page, 1 MB. " +
	"What has *× pages* has no limit: it costs that for each page, and grows with what it lists. " +
	"A write costs as much again for each index entry that it adds, removes or changes, and twice as much for one whose key changes."
