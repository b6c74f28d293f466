# Stack Lite. "make" alone lists what can be made.

GO         ?= go
SHELL_INIT ?= ask
FUZZTIME   ?= 30s
version    := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
flags      := -buildvcs=false -trimpath -ldflags "-s -w -X github.com/stack-lite/stack-lite/plugin.version=$(version)"
sources    := go.mod go.sum $(shell find cmd compose linking plugin -type f ! -name '*_test.go' ! -path '*/testdata/*')
program    := bin/docker-stacklite
gotestsum  := $(GO) run gotest.tools/gotestsum@v1.13.0 --format pkgname --format-hide-empty-pkg
cross      := $(addprefix dist/docker-stacklite-,linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64.exe windows-arm64.exe)

.PHONY: help build install uninstall test test-current e2e swarm swarm-part attack trials race fuzz bench growth away balance gap lint cross release demo clean FORCE

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: $(program) ## Build bin/docker-stacklite

$(program): $(sources) bin/version
	CGO_ENABLED=0 $(GO) build $(flags) -o $@ ./cmd/docker-stacklite

# Changed only when the version is another one, so that a build is repeated then.
bin/version: FORCE
	@mkdir -p bin
	@echo '$(version)' | cmp -s - $@ || echo '$(version)' > $@

install: $(program) ## Install the plugin for this user; asks before it edits a shell's start-up file
	@sh scripts/install.sh --shell-init=$(SHELL_INIT)

uninstall: ## Remove all that install added
	@sh scripts/install.sh --uninstall

# How many tests of a package run at once: on few processors more than these, for most
# of those that take long wait for an engine.
at_once = $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 4); echo $$((n > 6 ? n : 6)))

longest = ./plugin/scenario ./plugin/scenario/realengine ./plugin/scenario/oldtools

# The packages that take longest, on an engine, begin first. As they wait for it most of
# the time, more packages run beside them than there are processors.
test: ## Test everything, of what repeats itself a part; ends by listing what was skipped
	$(GO) vet ./...
	$(gotestsum) -- -count=1 -timeout 30m -p 4 -parallel $(at_once) $(longest) ./...

# Tests connect to ports that an engine publishes: of one beside that of the machine,
# in its own network namespace. From there no package can be fetched, which the proxy
# needs.
on_engine = $(if $(ENGINE),at=$$(sh scripts/engine.sh start $(ENGINE)) && export "$$at" &&) STACKLITE_ENGINE=required \
	$(gotestsum) -- -count=1 -timeout 30m -parallel $(at_once) \
	$(if $(ENGINE),-exec 'nsenter --net=/run/netns/stack-lite-$(ENGINE)' -skip TestARealProxyBalances)

e2e: export STACKLITE_ALL = 1
e2e: ## Test on the real engine only, all of it; ENGINE=current: on an engine 29 beside it
	$(on_engine) -run 'OnTheEngine|TheRealEngine' $(longest) ./...
	@$(MAKE) --no-print-directory swarm

swarm: ## Test on three engines as the nodes of a swarm, which it starts and stops; ENGINE=current: engines 29
	@trap 'sh scripts/swarm.sh stop' EXIT; trap 'exit 130' INT TERM; sh scripts/swarm.sh start 3 $(filter current,$(ENGINE)) && \
	  STACKLITE_SWARM_NODES=$${STACKLITE_PRIVATE:-swarm} $(gotestsum) -- -count=1 -timeout 30m ./plugin/scenario/swarm

swarm-part: export STACKLITE_SWARM_PART = 1
swarm-part: ## Test the stack of the article alone on three engines, without killing any
	@trap 'sh scripts/swarm.sh stop' EXIT; trap 'exit 130' INT TERM; sh scripts/swarm.sh start 3 && \
	  STACKLITE_SWARM_NODES=$${STACKLITE_PRIVATE:-swarm} $(gotestsum) -- -count=1 -timeout 10m -run TheStackOfTheArticle ./plugin/scenario/swarm

# Scripts of what an engine 29 does otherwise: networks at creation, ports that are
# taken, images in its store, and what packets pass.
differ = attack_star|check|links|nothing_to_do|port_taken_at_start|relink_connection|restart|takeover_star

test-current: ENGINE = current
test-current: ## Test on an engine 29 beside yours what differs between versions: its answers, and one script of a kind
	$(on_engine) -run 'TestScenariosOnTheEngine$$//^($(differ))$$|TheRealEngineKeepsTheContract' ./plugin/scenario ./plugin/engine/enginetest

attack: ## Attack stacks on your engine from inside containers, and say what held
	@GO='$(GO)' sh scripts/attack.sh

trials: ## Let everything go wrong in the middle, on an engine of its own, and count what held
	@GO='$(GO)' sh scripts/trials.sh

# Tests that give one command after another, and so run nothing at the same time
# that others do not; and of those that take minutes then, what others are like: of
# scripts, those that are not named by one word are further ones of a kind.
one_by_one = ^Test(EveryHostileFileIsReadOrRefused|TheAbsenceOfAnEngineIsToldInTheWordsOfDockerCompose|ScriptsFindTheWordsOfDockerComposeAbout.*|VariablesOfEnvFilesChooseTheEngineAsInDockerCompose|TLSOfAnEnvFileIsAskedFor|VariablesWithoutAMeaningAreAccepted|TheParallelLimitIsThatOfDockerCompose|OrphansAreIgnoredAsInDockerCompose|ASocketThatIsNotForTheUserIsAnEngineThatIsNotThere|ATakeoverKilledAfterAnyChangeKeepsTheDataForwardAndBack|ATakeoverKilledAfterAnyChangeIsClearedByDown|WhatAKilledDockerComposeLeavesIsTakenOver|AnyStackOfDockerComposeIsTakenOver|EveryCallFailsOnce|LabelsOfAnImageThatOnlyStackLiteWritesHaveNoEffect|WhoeverLooksNamesACopyOnce|NothingHostileReachesTheScreen|NoErrorOfAnEngineHarmsTheScreen)$$|^TestAnyCallMayFailOnce$$/^replace|^TestScenarios$$/^1\.51$$/_|^TestScriptsOnASwarmInMemory$$/^(change|cut_off|elsewhere|files|lost_node|move|rejected|same_port|today)$$

# compose and linking start no goroutines, scenarios run all the code that recordings,
# kills, random stacks and upgrades run, and what differs between versions of the engine
# starts none. All of scenario/commandline, crowds, faults and realengine runs the
# program as a process of its own or gives one command after another. Needs a C compiler.
race: ## Look for data races, with engines in memory
	$(gotestsum) --hide-summary=skipped -- -race -short -skip '$(one_by_one)|/^1\.41$$|//^1\.41$$' -count=1 -timeout 30m $$($(GO) list ./plugin/... | grep -vE '/scenario/(commandline|crowds|faults|kills|random|realengine|recordings)$$')

fuzz: ## Run every fuzz function, FUZZTIME (30s) each
	@sh scripts/fuzz.sh $(FUZZTIME)

bench: $(program) ## Time the program beside other composes and the floor; ENGINE=current: on an engine 29; BENCH="-stacks star -runs 1": a part
	@$(if $(ENGINE),at=$$(sh scripts/engine.sh start $(ENGINE)) && export "$$at" &&) \
	  $(GO) run ./scripts/bench -program $(program) $(BENCH)

growth: ## Print what a service costs in small and big stacks, in nanoseconds
	@$(GO) test -run '^$$' -bench Growth -benchtime 3x -timeout 30m ./plugin/desired | awk -f scripts/growth.awk

away: $(program) ## Measure how long services are away while a stack of docker-compose 1.29.2 is taken over
	@$(GO) run ./scripts/away -program $(program)

balance: $(program) ## Measure what a front costs, beside docker's own published port and nginx
	@CGO_ENABLED=0 $(GO) run ./scripts/balance -program $(program)

gap: $(program) ## Count the requests that a web site loses while its containers are replaced, restarted and scaled
	@$(GO) run ./scripts/gap -program $(program)

lint: ## Check format, suspicious code, complexity and shell scripts
	@sh scripts/lint.sh

cross: $(cross) ## Build for Linux, macOS and Windows on amd64 and arm64, into dist/

dist/docker-stacklite-%: $(sources) bin/version
	CGO_ENABLED=0 GOOS=$(word 1,$(subst -, ,$*)) GOARCH=$(basename $(word 2,$(subst -, ,$*))) \
		$(GO) build $(flags) -o $@ ./cmd/docker-stacklite

# Times in archives and packages are the commit's: the same commit, the same bytes.
release: fuzz $(cross) ## Build archives, packages and SHA256SUMS into dist/release/, after make fuzz
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(GO) run ./scripts/release -version $(version)

demo: $(program) ## Bring up an example stack and show what reaches what
	@sh scripts/demo.sh

clean: ## Delete what was built
	rm -rf bin dist scripts/demo/probe
