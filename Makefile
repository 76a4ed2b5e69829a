.DEFAULT_GOAL := help
.PHONY: help run dev test demo lint bench

help:
	@echo "make run      build and start Snug on ./storage (settings: SNUG_… in the environment)"
	@echo "make demo     two people, a private room and a photograph, against a running Snug (PHOTO=path, SNUG_URL=url)"
	@echo "make dev      the same in a debug build, and again whenever a source changes"
	@echo "make test     build and run all tests (FILTER=pattern for some)"
	@echo "make lint     formatting, scripts, and which module imports which"
	@echo "make bench    measure in a cgroup of 512 MiB and one core (BENCH=budget, pictures, storm or scale for one part)"

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
