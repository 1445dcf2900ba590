// Package attack attacks the promises of the write half with random programs: several processes, each with a client, a
// DB and a model of its own, call the library on a handful of items while responses are lost, requests are throttled and
// transactions conflict. Afterwards the table and its stream, read without the library, are held against what the calls
// said.
//
// A [Promise] is what is attacked: what the processes do, and what must hold behind them. [Run] attacks it in rounds. On
// an engine in this process a round is a simulation: one scheduler decides which request is answered next, time is not
// real, and the same seed gives the same round. A round that breaks the promise is made shorter, and printed with its
// seed, its calls and the requests of each. On an engine of its own, such as one in a container, the processes run as
// they come.
//
//	go test ./internal/attack                                             a few rounds of each promise
//	DDB_ATTACK=1h go test -timeout=0 ./internal/attack                    each promise for an hour; 500x is 500 rounds
//	DDB_ATTACK=1x DDB_ATTACK_SEED=… go test ./internal/attack -run …      one round again
//
// The package is for tests alone. It uses what the library exports and nothing else, so that it says what users see.
package attack
