.DEFAULT_GOAL := help
.PHONY: help run dev test demo lint bench load deb

help:
	@echo "make run      build Snug and start it on ./storage (settings: SNUG_… in the environment)"
	@echo "make dev      run a debug build on ./storage, and rebuild and restart it when a source file changes"
	@echo "make demo     show two users, a private room and a photograph on a running server (PHOTO=path, SNUG_URL=url)"
	@echo "make test     build and run all tests (FILTER=pattern selects some)"
	@echo "make lint     check formatting, scripts and imports"
	@echo "make deb      build the Debian package into .build/debian"
	@echo "make load     let 100 people chat with a server of its own, and compare with limits (LOAD=options)"
	@echo "make bench    measure in a cgroup of 512 MiB and one core (BENCH=part: budget, pictures, uploads, storm, load or scale)"

run:
	@Scripts/build
	@exec .build/release/snug-server

dev:
	@exec Scripts/dev

demo:
	@Scripts/prepare demo
	@Scripts/demo $(if $(PHOTO),"$(PHOTO)")

test:
	@Scripts/test $(if $(FILTER),--filter "$(FILTER)")

lint:
	@Scripts/lint

bench:
	@Scripts/bench $(BENCH)

load:
	@Scripts/load $(LOAD)

deb:
	@Scripts/package-deb
