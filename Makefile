# The common journeys. Each verb's own options: .venv/bin/sparrow VERB --help
PYTHON ?= python3
NETWORK ?= $(if $(filter monitor monitor_chip fuzz converter,$(TOP) $(MAKECMDGOALS)),watch,tiny)
SPLIT ?= intra
SEED ?= 0
PDK ?= sky130
BEATS ?= 200
RECORD ?= 119
TOP ?= core
ARGS ?=
# The data root: mitdb/ and others. The only line that knows of a shared one.
DATA ?= $(firstword $(wildcard data ../shared/data))
export ECG_DATA := $(DATA)

RUN := .venv/bin/sparrow
BASE := .venv/.base
FIRMWARE := .venv/.firmware
SILICON := .venv/.silicon
FPGA := .venv/.fpga
CLUSTER := .venv/.cluster
FORMAL := .venv/.formal
DEV := .venv/.dev
NEEDS := $(if $(filter chip monitor_chip,$(TOP)),$(FIRMWARE),$(BASE))

.DEFAULT_GOAL := help
.PHONY: help demo test nightly lint train methods eeg evaluate intra wrist strangers ablate data verilog cosim compare monitor converter fuzz noise mutants mutate upsets pin-faults formal equivalence signoff energy energy-study bench firmware chain cosim-firmware adaptive synth place timing gatepower handover tinytapeout sram fpga pareto tradeoffs hybrid calibrate clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  variables: NETWORK=$(NETWORK) SPLIT=$(SPLIT) PDK=$(PDK) SEED=$(SEED) TOP=$(TOP) DATA=$(DATA) ARGS='more options of the verb'"

demo: NETWORK := mindful
demo: $(BASE) ## the network for patients never seen (or NETWORK=) on heartbeats in the RTL: scores, energy, Verilog (no torch)
	$(RUN) demo --network $(NETWORK) $(ARGS)

test: $(DEV) ## all tests
	.venv/bin/pytest -n 2 --dist worksteal $(ARGS)

nightly: $(DEV) ## all tests, with ten times the examples from a random seed (again: ARGS=--hypothesis-seed=N)
	.venv/bin/pytest -n 2 --dist worksteal --hypothesis-profile=nightly \
		--hypothesis-seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') $(ARGS)

lint: $(DEV) ## ruff, mypy, which package may import which, and whether registers and figures in the docs are fresh
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo --no-cache
	$(RUN) docs --check
	$(RUN) figures --check

train: $(DEV) ## train, convert, quantise and write a network (all of them: NETWORK=all)
	$(RUN) train --network $(NETWORK) --split $(SPLIT) --seed $(SEED) $(ARGS)

evaluate: $(BASE) ## scores of a network, by the golden model
	$(RUN) evaluate --network $(NETWORK) --split $(SPLIT) $(ARGS)

intra: $(BASE) ## every network shipped for intra: accuracy of its five seeds on intra, and the energy measured of it (no training)
	$(RUN) intra $(ARGS)

wrist: $(BASE) ## the monitor's networks from samples on: their own R peaks, missed and extra beats, mean and deviation of five seeds (no training)
	$(RUN) wrist $(ARGS)

strangers: $(DEV) ## the networks for patients never seen: mean and deviation of five seeds, beside the goals (adapts to patients)
	$(RUN) strangers $(ARGS)

ablate: $(DEV) ## what each group of features brings to them, on DS1, records left out in turn: 360 short trainings
	$(RUN) ablate $(ARGS)

methods: $(DEV) ## other conversions, on pictures: accuracy, spikes and loss of each, of shipped networks (ARGS=--train: of your own, resumable)
	$(RUN) methods $(ARGS)

eeg: $(DEV) ## emotions or movements from EEG (ARGS='--dataset deap'): splits that leak and do not, energy, RTL; resumable
	$(RUN) eeg $(ARGS)

data: $(BASE) ## download MIT-BIH from PhysioNet into ./data and check it
	$(RUN) data $(ARGS)

verilog: $(NEEDS) ## Verilog of a core or chip, and its metadata
	$(RUN) verilog --network $(NETWORK) --top $(TOP) $(ARGS)

cosim: $(DEV) ## the cocotb regression, every kind of core
	$(RUN) cosim $(ARGS)

compare: $(NEEDS) ## every test beat of all networks through the RTL, against the golden model
	$(RUN) $(if $(filter monitor,$(TOP)),compare-monitor --network $(NETWORK),$(if $(filter pictures,$(TOP)),compare-pictures,compare $(if $(filter chip,$(TOP)),--engine chip))) $(ARGS)

monitor: $(BASE) ## a record from samples to classes in the RTL, scores, power if measured, and a page in build/monitor (RECORD=119)
	$(RUN) monitor --network $(NETWORK) --record $(RECORD) $(ARGS)

converter: $(DEV) ## an ECG through a model of an ADS129x into the monitor behind its adapter, under cocotb; Verilog in build/ads129x
	$(RUN) converter --network $(NETWORK) $(ARGS)

fuzz: $(FIRMWARE) ## 10,000 random frames to the monitor chip while samples come, RTL against golden model (SEED=0)
	$(RUN) fuzz-monitor --network $(NETWORK) --seed $(SEED) $(ARGS)

noise: $(BASE) ## DS2 from samples to classes with noise added, 24 to 0 dB: table and picture (needs cc)
	$(RUN) noise $(ARGS)

mutants: $(DEV) ## break the RTL on purpose: each mutant must be caught
	$(RUN) mutants $(ARGS)

equivalence: $(FORMAL) ## prove that the netlist which power is measured on is its RTL (TOP=chip, monitor; ARGS=--broken: a wrong gate must be found)
	$(RUN) equivalence --network $(NETWORK) --pdk $(PDK) --top $(TOP) $(ARGS)

mutate: $(DEV) ## mutants of all generated RTL, by Yosys: who is caught, who cannot be; build/results/signoff/mutants.json
	$(RUN) mutate $(ARGS)

pin-faults: $(DEV) ## pins of an SPI chip that do what they should not, at every bit of a beat: is the next one right?
	$(RUN) pin-faults $(ARGS)

upsets: $(DEV) ## turn every flip-flop of a chip over in every cycle of a beat; build/results/signoff/upsets.json
	$(RUN) upsets $(ARGS)

formal: $(FORMAL) ## prove what must hold of the RTL, for all inputs (ARGS=--broken: planted bugs must be found)
	$(RUN) formal $(ARGS)

signoff: $(if $(findstring --run,$(ARGS)),$(DEV) $(FIRMWARE) $(SILICON) $(FORMAL),$(BASE)) ## what was shown, from build/results: build/results/signoff.json (ARGS=--run: runs what is missing, hours, resumable)
	$(RUN) signoff $(ARGS)

energy: $(BASE) ## energy by formula from the RTL's activity, three architectures, SSF, IF and ANN
	$(RUN) energy --network $(NETWORK) --split $(SPLIT) $(ARGS)

energy-study: $(DEV) ## when is an SNN worth its energy: break-even lines, networks of heartbeats and pictures, gates, a picture
	$(RUN) energy-study $(ARGS)

bench: $(BASE) ## measured speeds, as ratios in one run
	$(RUN) bench --network $(NETWORK) $(ARGS)

firmware: $(FIRMWARE) ## C driver, registers, weight image and documentation for a chip with that network (TOP=monitor: for the monitor chip)
	$(RUN) $(if $(filter monitor,$(TOP)),monitor-firmware,firmware) --network $(NETWORK) $(ARGS)

chain: $(BASE) ## C99 from ADC samples to classes, for a microcontroller alone; every record through it (ARGS=--cortex: what it takes)
	$(RUN) chain --network $(NETWORK) --check $(ARGS)

cosim-firmware: $(FIRMWARE) ## that driver against the RTL, through the SPI pins (TOP=monitor: while an ECG is played)
	$(RUN) $(if $(filter monitor,$(TOP)),cosim-monitor --network $(NETWORK),cosim-firmware --network $(NETWORK) --split $(SPLIT)) $(ARGS)

adaptive: $(DEV) ## tune on five minutes of each DS2 patient, load through the driver, classify the rest on the RTL
	$(RUN) adaptive --network $(NETWORK) --seed $(SEED) $(ARGS)

synth: $(SILICON) $(if $(filter chip,$(TOP)),$(FIRMWARE)) ## standard cells of a core (PDK=sky130, nangate45, asap7, ihp130 or generic): area, longest path
	$(RUN) synth --network $(NETWORK) --pdk $(PDK) --top $(TOP) $(ARGS)

place: $(SILICON) $(if $(filter chip,$(TOP)),$(FIRMWARE)) ## a place for every cell: wire lengths, DEF, picture (then: make gatepower ARGS=--placed)
	$(RUN) place --network $(NETWORK) --pdk $(PDK) --top $(TOP) $(ARGS)

timing: $(SILICON) ## clock tree, setup, hold and limits at every corner, beats with all delays; netlist and SDC
	$(RUN) timing --network $(NETWORK) --pdk $(PDK) --split $(SPLIT) $(ARGS)

gatepower: $(SILICON) $(if $(filter chip monitor_chip,$(TOP)),$(FIRMWARE)) ## average power and energy per beat from the gates, test beats running through them (TOP=chip: through its SPI pins; monitor, monitor_chip: on samples)
	$(RUN) $(if $(filter monitor monitor_chip,$(TOP)),gatepower-monitor$(if $(filter monitor_chip,$(TOP)), --chip) --network $(NETWORK) --pdk $(PDK),gatepower --network $(NETWORK) --pdk $(PDK) --top $(TOP) --beats $(BEATS) --split $(SPLIT)) $(ARGS)

handover: $(SILICON) ## RTL, netlist, SDC, pins, LibreLane's configuration and a testbench in Verilog (ARGS='--librelane PYTHON': checked by its loader)
	$(RUN) handover --network $(NETWORK) $(ARGS)

tinytapeout: $(SILICON) $(FIRMWARE) ## a Tiny Tapeout project of the smallest chip: wrapper, info.yaml, cocotb test in their layout
	$(RUN) tinytapeout --network $(NETWORK) $(ARGS)

sram: $(SILICON) ## weights of the ram build in SRAM macros of IHP 130 nm: which, and energy (NETWORK=reference)
	$(RUN) sram --network $(NETWORK) --split $(SPLIT) $(ARGS)

fpga: $(FPGA) $(if $(filter chip,$(TOP)),$(FIRMWARE)) ## bitstreams for an iCE40UP5K and an ECP5: what fits, highest clock
	$(RUN) fpga --network $(NETWORK) --top $(TOP) $(ARGS)

tradeoffs: $(DEV) ## SNN against quantised ANN: 175 networks, accuracy, spikes, energy by formula and in gates; resumable
	$(RUN) tradeoffs --pdk $(PDK) $(ARGS)

hybrid: $(DEV) ## first layer on multi-bit inputs against one on spikes: 40 short trainings, accuracy, cycles, energy; resumable
	$(RUN) hybrid $(ARGS)

pareto: $(CLUSTER) ## the design space at gate level, resumable, on all cores (or ARGS='--scheduler ADDRESS')
	$(RUN) pareto --pdk $(PDK) $(ARGS)

calibrate: $(DEV) ## a technology table fitted to gate-level runs, for energy by formula
	$(RUN) calibrate --pdk $(PDK) $(ARGS)

clean: ## remove what was built (not .venv, not data)
	rm -rf build

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv

$(BASE): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e .
	touch $@

$(FIRMWARE): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[firmware]'
	touch $@ $(BASE)

$(SILICON): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[silicon]'
	touch $@ $(BASE)

$(FPGA): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[fpga]'
	touch $@ $(BASE)

$(CLUSTER): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[silicon,cluster]'
	touch $@ $(BASE) $(SILICON)

$(FORMAL): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[formal]'
	touch $@ $(BASE)

$(DEV): pyproject.toml | .venv/bin/python
	.venv/bin/pip install -q --disable-pip-version-check -e '.[train,nir,eeg,firmware,silicon,cluster,mutation,dev]'
	touch $@ $(BASE) $(FIRMWARE) $(SILICON) $(CLUSTER) $(FORMAL)
