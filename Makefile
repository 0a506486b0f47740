# Every target says what it does and ends with one plain result line.
GO ?= go
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory

GOFUMPT := mvdan.cc/gofumpt@v0.9.2
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 3s
SIMTIME ?= 240s
SIMSEEDS ?= 20000
RACE_PKGS ?= ./...
UNITS ?=
SHARDS ?= 1
ROUNDS ?= 3
RUNS ?= 200
WORKLOAD ?= all
ARGS ?=

.PHONY: build run test race invariants fuzz sim chaos conformance bench lint

build: ## bin/hashlane, one static file
	@echo "build: bin/hashlane without cgo"
	mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/hashlane ./cmd/hashlane
	echo "build: ok, $$(stat -c %s bin/hashlane) bytes"

run: build ## start the server: make run ARGS='--port 7000'
	@echo "run: bin/hashlane $(ARGS)"
	exec bin/hashlane $(ARGS)

test: ## all unit tests
	@echo "test: go test ./..."
	$(GO) test -timeout 280s ./... || { echo "test: failed"; exit 1; }
	echo "test: ok"

race: ## unit tests under the race detector
	@echo "race: go test -race -short $(RACE_PKGS)"
	$(GO) test -race -short -timeout 400s $(RACE_PKGS) || { echo "race: failed"; exit 1; }
	echo "race: ok"

invariants: ## unit tests with owner, bounds and poison checks compiled in
	@echo "invariants: go test -tags invariants ./..."
	$(GO) test -tags invariants -timeout 400s ./... || { echo "invariants: failed"; exit 1; }
	echo "invariants: ok"

fuzz: ## every fuzz target for FUZZTIME
	@echo "fuzz: each target for $(FUZZTIME)"
	n=0; bad=0
	for pkg in $$($(GO) list ./...); do
	  targets=$$($(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true)
	  for t in $$targets; do
	    n=$$((n + 1)); echo "  $$pkg $$t"
	    fuzz() { $(GO) test -run '^$$' -fuzz "^$$t\$$" -fuzztime $(FUZZTIME) "$$pkg" >/tmp/hashlane-fuzz.$$$$ 2>&1; }
	    # Go may report its own deadline as a failure (golang.org/issue/48591): a real one left an input, and fails again
	    fuzz || { grep -q 'context deadline exceeded' /tmp/hashlane-fuzz.$$$$ && fuzz; } || { bad=$$((bad + 1)); tail -30 /tmp/hashlane-fuzz.$$$$; }
	    rm -f /tmp/hashlane-fuzz.$$$$
	  done
	done
	echo "fuzz: $$((n - bad)) targets passed, $$bad failed"
	[ $$bad = 0 ]

sim: ## the simulator of the transaction protocol, where the tree has one
	@echo "sim: go test -run Sim ./txn/... ./shard/..."
	SIMSEEDS=$(SIMSEEDS) $(GO) test -count=1 -run 'Sim' -timeout $(SIMTIME) ./txn/... ./shard/... || { echo "sim: failed"; exit 1; }
	echo "sim: ok"

chaos: ## kill -9 under load, each kind of crash RUNS times; takes hours
	@echo "chaos: each kind of crash $(RUNS) times"
	CHAOS_RUNS=$(RUNS) $(GO) test -count=1 -timeout 24h ./tests/crash || { echo "chaos: failed"; exit 1; }
	echo "chaos: ok"

conformance: build ## Redis' own Tcl suite: make conformance UNITS='unit/type/incr' SHARDS=2
	@echo "conformance: the Tcl suite against bin/hashlane, shards $(SHARDS)"
	suite=$$(tests/conformance/fetch.sh)
	$(GO) run ./tests/conformance -suite "$$suite" -server bin/hashlane -shards $(SHARDS) $(UNITS)

bench: build ## Hashlane and redis-server by turns: make bench WORKLOAD=get-16 ROUNDS=3
	@echo "bench: workload $(WORKLOAD), $(ROUNDS) rounds, by turns with redis-server"
	$(GO) run ./bench -workload $(WORKLOAD) -rounds $(ROUNDS)

lint: ## gofumpt, go vet, staticcheck
	@echo "lint: gofumpt, go vet, staticcheck"
	bad=$$($(GO) run $(GOFUMPT) -l .)
	if [ -n "$$bad" ]; then echo "not formatted:"; echo "$$bad"; echo "lint: failed"; exit 1; fi
	$(GO) vet ./... || { echo "lint: failed"; exit 1; }
	$(GO) run $(STATICCHECK) ./... || { echo "lint: failed"; exit 1; }
	echo "lint: ok"
