package differential

// A proof is the source for AWS's behaviour: a document of AWS, a test that its authors ran on AWS, a report that
// quotes AWS, or none. Tests are named by their file and title.

func document(page string) string { return "https://docs.aws.amazon.com/amazondynamodb/latest/" + page }

// byDynalite is one of dynalite's tests, which were measured on AWS over the years.
func byDynalite(test string) string { return "github.com/architect/dynalite, test/" + test }

// suite is the conformance suite of which every test passes on AWS in eu-west-2.
func suite(test string) string { return "github.com/nubo-db/dynamodb-conformance, tests/" + test }

// newer is the newer edition of that suite, with the results of several regions, also of October 2026.
func newer(test string) string { return "github.com/paritysuite/dynamodb-conformance, tests/" + test }

// alternator's tests also run on AWS.
func alternator(test string) string { return "github.com/scylladb/scylladb, test/alternator/" + test }

// captured is what the author of dynoxide recorded on AWS in eu-west-2.
func captured(test string) string { return "github.com/nubo-db/dynoxide, " + test }

func reported(issue string) string { return "github.com/" + issue }

// none says that no source was found, and why ddbmem behaves as it does.
func none(why string) string { return unproved + why }

const unproved = "none found: "
