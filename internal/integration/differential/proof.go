package differential

// A proof says where it is on record how AWS behaves: in a document of AWS, in a test that its authors ran on AWS, in a
// report that quotes AWS, or nowhere. Tests are named by their file and title.

func document(page string) string { return "https://docs.aws.amazon.com/amazondynamodb/latest/" + page }

// byDynalite is a test of dynalite's, which were measured on AWS over the years.
func byDynalite(test string) string { return "github.com/architect/dynalite, test/" + test }

// suite is the conformance suite of which every test passes on AWS in eu-west-2.
func suite(test string) string { return "github.com/nubo-db/dynamodb-conformance, tests/" + test }

// newer is the newer edition of that suite, which records what several regions say, in October 2026 too.
func newer(test string) string { return "github.com/paritysuite/dynamodb-conformance, tests/" + test }

// alternator's tests are run on AWS too.
func alternator(test string) string { return "github.com/scylladb/scylladb, test/alternator/" + test }

// captured is what the author of dynoxide recorded on AWS in eu-west-2.
func captured(test string) string { return "github.com/nubo-db/dynoxide, " + test }

func reported(issue string) string { return "github.com/" + issue }

// none says that AWS's behaviour is not on record, and what speaks for ddbmem all the same.
func none(why string) string { return unproved + why }

const unproved = "none found: "
