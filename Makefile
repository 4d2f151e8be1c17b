# Everything a newcomer needs is a target here: "make help" lists them.
# Tools are pinned below and go into .tools/, which is not under version control.

GOLANGCI_LINT_VERSION := v2.15.0
DEADCODE_VERSION      := v0.52.0
GOVULNCHECK_VERSION   := v1.9.0

TOOLS         := $(CURDIR)/.tools/bin
GOLANGCI_LINT := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)
DEADCODE      := $(TOOLS)/deadcode-$(DEADCODE_VERSION)
GOVULNCHECK   := $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION)

# What a tarball without version control is told about itself: make build RELEASE=1.0.0
RELEASE ?=
# Arguments for the demonstration: make run ARGS="-addr 127.0.0.1:9000"
ARGS ?=
FUZZTIME ?= 10s

.PHONY: run build test check bench fuzz clean help

run: build ## start the demonstration, and print its address
	./parley demo $(ARGS)

build: ## build one static binary, ./parley
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(RELEASE)" -o parley ./server

test: ## install what the tests need, and run them all
	.ci/setup
	.ci/test

check: $(GOLANGCI_LINT) $(DEADCODE) $(GOVULNCHECK) ## format, lint, dead code, modules, known vulnerabilities
	$(GOLANGCI_LINT) fmt --diff
	$(GOLANGCI_LINT) run
	go vet ./...
	.ci/quiet $(DEADCODE) -test ./...
	go mod tidy -diff
	.ci/vulnerabilities $(GOVULNCHECK)

bench: ## measure
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## look for inputs that break a parser, FUZZTIME each
	.ci/fuzz $(FUZZTIME)

clean: ## remove what was built, and the tools
	rm -rf parley .tools

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(GOLANGCI_LINT):
	.ci/tool $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

$(DEADCODE):
	.ci/tool $@ golang.org/x/tools/cmd/deadcode@$(DEADCODE_VERSION)

$(GOVULNCHECK):
	.ci/tool $@ golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
