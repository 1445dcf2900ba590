package ddbcache

import ("testing"; "os"; "strconv")

func TestDeep(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("DEEP"))
	for name, cfg := range map[string]simConfig{
		"one cache":                 {caches: 1},
		"little room":               {caches: 1, bytes: 300},
		"two writers":               {caches: 2},
		"two writers and a stream":  {caches: 2, stream: true},
		"one writer and its stream": {caches: 1, stream: true},
	} {
		cfg.steps = 100
		bad := 0
		for seed := range n {
			if err := simulate(t, random(uint64(seed)+1<<40), cfg); err != nil && bad < 5 {
				bad++
				t.Errorf("%s seed %d: %v", name, seed, err)
			}
		}
	}
}
