# The commands of the course. `make` alone lists them; README.md explains the first two.
# What installs, runs and derives is named here once; CONTRIBUTING.md says what derives from what.

PYTHON ?= python3
# The Pythons for which the lock has wheels: as in pyproject.toml and in .github/workflows/tests.yml.
OLDEST := 3.11
NEWEST := 3.14
PORT ?= 8888
LESSON ?= notebooks/01_differentiation.ipynb
SEED ?= 0
JOBS ?= 2
LANGUAGE ?= en
# Each worker has one core, and its matrices no second one. What takes longest begins first, so that no worker waits for the other one at the end.
LONG := notebooks/05_mini_batches.ipynb tests/test_bank.py tests/test_lectures.py tests/test_grade.py
# What measures time, and so shares the machine with no other test.
ALONE := notebooks/06_hardware_and_memory.ipynb
# Of test-pages: first what `make test` leaves out where Sphinx and JupyterLite are not installed.
PARTS ?= pieces sheets site decks jupyterlite
# Of the site's tests those in which a language can make a difference.
KOREAN := a_page or prediction or folded or phone or search or language or anchors or screen or characters
BIN := .venv/bin
TOOL := PYTHONPATH=tools $(BIN)/python -m
# Where paths are given from, the folder of the English edition in all languages, and its gdlib, which holds all exercises.
HERE := .
IN_HERE = cd "$(HERE)" && PYTHONPATH="$(CURDIR)/tools" "$(CURDIR)/$(BIN)/python" -m
READY := .venv/ready
EXTRAS := lint browser scale compiled bench teach site korean
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version $(OLDEST) --fork-strategy fewest \
	--generate-hashes --custom-compile-command "make lock"
# An extra's requirements; torch is not locked: the one on PyPI for Linux brings 3 GB of CUDA, and pip takes what is there.
EXTRA = import sys, tomllib; print("\n".join(r for r in tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]] if ("torch" in r) == ("torch" in sys.argv)))
# Where `make lock` looks whether every package has a wheel; on Macs with Intel one is compiled, argon2-cffi-bindings.
SYSTEMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin x86_64-pc-windows-msvc
MODULES := docs/node_modules/.package-lock.json
FRONT := tools/front
FRONT_CODE := . ../../gdlib/explore/front ../../tests/front ../../jupyter
FRONT_MODULES := $(FRONT)/node_modules/.package-lock.json
export SUBMISSIONS ANSWERS

.DEFAULT_GOAL := help
.PHONY: help lab test test-browser test-pages test-lite-network test-scale test-teach test-front test-korean lint front notebooks exercises check-notebooks grade questions inventory slides site lite translate lock picture bench everything clean

help:  ## list these targets
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile

# In another language (LANGUAGE=ko) these are made in build/ko, out of the sources with its texts: tools/translation.
ifneq ($(LANGUAGE),en)
TAKEN = $(TOOL) pages.site link # into the site of the English edition; test-korean leaves it alone
THERE = GDLIB_LANGUAGE=$(LANGUAGE) $(MAKE) --no-print-directory -C build/$(LANGUAGE) LANGUAGE=en HERE="$$PWD"
lab test slides site notebooks exercises questions grade inventory: .venv/ready-korean
	@$(TOOL) translation.edition $(LANGUAGE)
	@[ -e build/$(LANGUAGE)/build/executed ] || $(THERE) notebooks exercises
	@mkdir -p build/$(LANGUAGE)/build && touch build/$(LANGUAGE)/build/executed
	@$(if $(filter-out notebooks exercises,$@),$(THERE) $@)
	@$(TAKEN)
else

lab: $(READY) .venv/trusted  ## install what is missing and open the first lecture in JupyterLab (PORT=8888)
	@said=$$($(BIN)/python -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int("$(PORT)")))' 2>&1) \
		|| { case "$$said" in \
		*ValueError*|*OverflowError*|*PermissionError*) echo "PORT must be a whole number from 1024 to 65535, got $(PORT)" ;; \
		*) echo "Port $(PORT) is taken. Choose another one: make lab PORT=$$(( $(PORT) + 1 ))" ;; esac; exit 1; }
	@exec $(BIN)/jupyter lab --ServerApp.root_dir="$$PWD" --LabApp.default_url=/lab/tree/$(LESSON) \
		--ip=127.0.0.1 --port=$(PORT) --ServerApp.port_retries=0 \
		$$([ "$$(id -u)" = 0 ] && echo --allow-root) $(LABFLAGS)

test: $(READY)  ## install what is missing and pass every test, every notebook included
	@PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ALONE:%=--ignore=%) $(LONG) gdlib tests notebooks
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(ALONE)

test-browser: .venv/ready-browser $(MODULES)  ## drive every explorer in JupyterLab and Chromium (Debian: apt-get install chromium)
	@GDLIB_BROWSER=required $(BIN)/pytest -m browser tests/browser/test_hands.py tests/browser/test_predictions.py tests/browser/test_views.py tests/browser/test_clients.py

test-pages: .venv/ready-browser .venv/ready-site $(MODULES)  ## drive the site, the decks and the course in the browser, the network blocked (PARTS="decks": some)
	@for part in $(PARTS); do case $$part in \
		pieces) $(BIN)/pytest tests/test_staging.py tests/test_lite.py ;; \
		*) GDLIB_BROWSER=required $(BIN)/pytest -m browser tests/browser/test_$$part.py ;; esac || exit 1; done

test-lite-network: .venv/ready-browser .venv/ready-site $(MODULES)  ## run lectures 1 to 5 in the browser with NumPy (needs the network)
	@GDLIB_BROWSER=required GDLIB_NETWORK=1 $(BIN)/pytest -m browser -k lectures_print tests/browser/test_jupyterlite.py

test-scale: .venv/ready-scale .venv/ready-compiled  ## past one machine, and compiled: install Dask, PyTorch (CONTRIBUTING.md says which) and numba, and test with them
	@$(BIN)/pytest -m scale -rs tests/test_scale.py tests/test_compiled.py

test-teach: .venv/ready-teach  ## the grades in nbgrader: install it, and test with it
	@$(BIN)/pytest -k nbgrader -rs tests/test_grade.py

test-korean: .venv/ready-korean .venv/ready-site .venv/ready-browser $(MODULES)  ## the course in Korean: write it into build/ko, execute it, compare it with the English, drive its site
	@$(MAKE) --no-print-directory site LANGUAGE=ko TAKEN=true
	@$(MAKE) --no-print-directory slides LANGUAGE=ko TAKEN=true
	@$(BIN)/pytest -m korean tests/test_edition.py
	@cd build/ko && GDLIB_LANGUAGE=ko GDLIB_BROWSER=required ../../$(BIN)/pytest -m browser tests/browser/test_site.py -k "$(KOREAN)"

test-front: $(FRONT_MODULES) $(READY)  ## the explorers' JavaScript: unit tests, is it gdlib's equal, is the bundle current? (needs Node.js)
	@$(BIN)/python tests/front/settings.py build/front/settings.json
	@cd $(FRONT) && npx vitest run --silent && node build.js --check

front: $(FRONT_MODULES)  ## bundle the explorers' JavaScript into gdlib/explore/bundle (needs Node.js)
	@cd $(FRONT) && npx biome check --write --colors=off --log-level=warn $(FRONT_CODE) && node build.js

lint: .venv/ready-lint $(FRONT_MODULES)  ## ruff, who may import whom, private names, lines by folder; types and rules of the JavaScript (needs Node.js)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check gdlib tests tools
	@PYTHONPATH=tools $(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python tests/code_rules.py
	@$(BIN)/pytest -k planted tests/test_house.py
	@cd $(FRONT) && npx tsc && npx biome check --colors=off --error-on-warnings $(FRONT_CODE)

notebooks: $(READY)  ## execute notebooks/text/*.md into notebooks/*.ipynb (NAME=03: one; exercises, slides too)
	@$(TOOL) lectures.pipeline build $(NAME)

exercises: $(READY)  ## derive the students' notebooks from exercises/solutions
	@$(TOOL) lectures.exercises build $(NAME)

check-notebooks: $(READY)  ## execute the sources afresh: is each stored notebook what they give? (NAME=03: one)
	@$(TOOL) lectures.pipeline check $(NAME)
	@$(TOOL) lectures.exercises check

grade: .venv/ready-teach  ## grade a class: make grade SUBMISSIONS=folder (docs/teaching/grading.md)
	@test -n "$$SUBMISSIONS" || { echo "Name the folder with the students' notebooks: make grade SUBMISSIONS=folder"; exit 1; }
	@$(IN_HERE) grading.grade "$$SUBMISSIONS" $(GRADEFLAGS)

questions: $(READY)  ## the question bank into build/questions: sheets, key, slides, Moodle, Canvas; the inventory (SEED=2: other numbers; NAME=03)
	@$(TOOL) lectures.papers --seed $(SEED) $(NAME)
	@$(TOOL) lectures.inventory

inventory: $(READY)  ## what a class believed before and after: make inventory ANSWERS=folder (docs/teaching/inventory.md)
	@test -n "$$ANSWERS" || { echo "Name the folder that holds pre and post: make inventory ANSWERS=folder"; exit 1; }
	@$(IN_HERE) grading.inventory "$$ANSWERS"

slides: $(READY) $(MODULES)  ## a deck for each lecture into build/slides: one file each, no network needed (needs Node.js)
	@$(TOOL) pages.slides build $(NAME)
	@$(TOOL) pages.site link

site: .venv/ready-site .venv/ready-korean $(MODULES)  ## the course as a web site into build/site, alive without a kernel, in English and Korean (needs Node.js)
	@$(TOOL) pages.site build
	@$(foreach language,$(notdir $(wildcard locale/??)),$(MAKE) --no-print-directory site LANGUAGE=$(language);)

lite: .venv/ready-site $(MODULES)  ## the course in the browser, on Pyodide, into build/site/lite (docs/lite/README.md says what is tested)
	@$(TOOL) pages.lite build
	@$(TOOL) pages.site link

endif

translate: $(READY)  ## take what the English says now into locale/*/*.po, and list what is missing (locale/README.md)
	@$(TOOL) translation.catalogs update ko

lock: .venv/ready-site  ## resolve pyproject.toml anew into requirements/*.lock (needs the network)
	@$(COMPILE) --extra dev pyproject.toml --output-file requirements/course.lock
	@for extra in $(EXTRAS); do $(BIN)/python -c '$(EXTRA)' $$extra \
		| $(COMPILE) --constraint requirements/course.lock - --output-file requirements/$$extra.lock; done
	@$(TOOL) pages.lite lock
	@for python in $(OLDEST) $(NEWEST); do for system in $(SYSTEMS); do \
		$(BIN)/uv pip install --quiet --dry-run --target build/none --no-deps --only-binary :all: \
		--python-version $$python --python-platform $$system -r requirements/course.lock \
		|| { echo "No wheels for Python $$python on $$system"; exit 1; }; done; done

picture: $(READY)  ## draw the README's picture
	@$(TOOL) lectures.picture

bench: .venv/ready-browser .venv/ready-bench .venv/ready-scale .venv/ready-compiled  ## measure gdlib and the explorers beside what one would take instead, into bench/results.md
	@$(BIN)/python bench/descent.py
	@$(BIN)/python bench/regression.py
	@$(BIN)/python bench/streaming.py
	@$(BIN)/python bench/cluster.py
	@$(BIN)/python bench/explore.py

everything: $(patsubst %,.venv/ready-%,$(filter-out bench,$(EXTRAS))) $(MODULES) $(FRONT_MODULES)  ## install what all the tests need (needs Node.js)

clean:  ## remove the environment
	rm -rf .venv

# One environment for everything. uv comes from PyPI in the version that the lock names, then
# installs the lock (every file against its hash) and gdlib itself, as a link to this folder.
# gdlib brings what JupyterLab is to know (jupyter/): it saves the explorers, and does not ask about its news.
# Whatever fails takes the half-made environment with it.
$(READY): requirements/course.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here. Install Python $(OLDEST) to $(NEWEST), or name yours: make lab PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not "$(OLDEST)" <= "%d.%02d" % sys.version_info[:2] <= "$(NEWEST)")' || { echo "Python $(OLDEST) to $(NEWEST) is needed, and $(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())'). Name another one: make lab PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing the course's environment into .venv ..."
	@rm -rf .venv; \
		trap 'rm -rf .venv; echo "The installation stopped; nothing was left behind. Is the network there? Then the same command again."' EXIT; \
		trap 'exit 1' INT TERM; set -e; \
		$(PYTHON) -m venv .venv; \
		$(BIN)/pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements/course.lock)"; \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/course.lock; \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
		touch $@; trap - EXIT

# JupyterLab shows what moves in a notebook only if somebody vouches for it: for the stored lectures this course does.
.venv/trusted: $(READY) $(wildcard notebooks/*.ipynb)
	@$(BIN)/jupyter trust $(wildcard notebooks/*.ipynb) >/dev/null
	@touch $@

# An extra beside it: its lock, and torch by pip where it asks for that, which may change nothing that is installed.
$(EXTRAS:%=.venv/ready-%): .venv/ready-%: requirements/%.lock $(READY)
	@echo "Installing what this needs, the extra '$*', into .venv ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $<
	@$(BIN)/python -c '$(EXTRA)' $* torch > $@.txt; $(BIN)/pip freeze --exclude-editable > $@.installed
	@! grep -q . $@.txt || $(BIN)/pip install --quiet --disable-pip-version-check -r $@.txt --constraint $@.installed
	@touch $@

# What pages and decks load in the browser: from npm, in the versions of its lock.
# What checks and bundles the explorers' JavaScript: likewise.
$(MODULES) $(FRONT_MODULES): %/node_modules/.package-lock.json: %/package-lock.json
	@command -v npm >/dev/null || { echo "There is no npm here. The site, the decks and the explorers' JavaScript need Node.js 20 or newer: nodejs.org, or sudo apt-get install nodejs npm"; exit 1; }
	@echo "Installing what this needs from npm into $*/node_modules ..."
	@npm ci --prefix $* --silent
	@touch $@
