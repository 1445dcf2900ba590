// Package attack attacks the promises of the library's writes with random programs. Several processes, each with its
// own client, DB and model, call the library on a few items, while responses are lost, requests are throttled and
// transactions conflict. Afterwards the table and its stream, read without the library, are compared with the results
// of the calls.
//
// A [Promise] is what is attacked: the calls of the processes, and what must hold after them. [Run] attacks it in
// rounds. On an engine in this process a round is a simulation: one scheduler decides which request is handled next,
// time is simulated, and the same seed gives the same round. A round that breaks the promise is shortened, and printed
// with its seed, its calls and their requests. On a separate engine, such as one in a container, the processes run
// without a scheduler.
//
//	go test ./internal/attack                                             a few rounds of each promise
//	DDB_ATTACK=1h go test -timeout=0 ./internal/attack                    each promise for an hour; 500x is 500 rounds
//	DDB_ATTACK=1x DDB_ATTACK_SEED=… go test ./internal/attack -run …      one round again
//
// The package is only for tests. It uses only the library's exported API, so it reports what users see.
package attack
