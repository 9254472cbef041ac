"""Evolves one program with OpenEvolve, in the Python that has it: `python evolve.py TASK_FOLDER MODEL_URL MODEL_NAME ITERATIONS OUT SEED`.

It writes the best program to OUT. OpenEvolve's own defaults hold, but for what a small model with a short context needs: whole programs
instead of diffs, and one example program in a prompt instead of five.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import evaluator
from openevolve import run_evolution
from openevolve.config import Config, LLMModelConfig

HERE = Path(__file__).resolve().parent
TOKENS = 1024
TASK = (
    "You are an expert in fast Python. Make the function of the program faster. For every possible input it must keep the same result, "
    "the same exceptions and the same changes to its arguments. Keep its name and its parameters."
)


def main() -> None:
    """Evolve, and write the best program."""
    folder, url, model, iterations, out, seed = sys.argv[1:7]
    os.environ["TASK_FOLDER"] = folder
    os.environ["OLD_SECONDS"] = str(evaluator.seconds(Path(folder)))
    text = (Path(folder) / "solution.py").read_text()
    program = Path(out).with_suffix(".initial.py")
    program.write_text(f"# EVOLVE-BLOCK-START\n{text.rstrip()}\n# EVOLVE-BLOCK-END\n")
    result = run_evolution(str(program), str(HERE / "evaluator.py"), config=_config(url, model, int(seed)), iterations=int(iterations))
    Path(out).write_text(result.best_code.replace("# EVOLVE-BLOCK-START\n", "").replace("# EVOLVE-BLOCK-END\n", ""))


def _config(url: str, model: str, seed: int) -> Config:
    config = Config()
    config.random_seed = seed
    config.diff_based_evolution = False
    config.max_code_length = 20_000
    config.llm.api_base = url
    config.llm.max_tokens = TOKENS
    config.llm.timeout = 600
    config.llm.models = [
        LLMModelConfig(name=model, weight=1.0, api_base=url, api_key="EMPTY", max_tokens=TOKENS, timeout=600, temperature=0.7)
    ]
    config.llm.evaluator_models = config.llm.models
    config.prompt.system_message = TASK
    config.prompt.num_top_programs = 1
    config.prompt.num_diverse_programs = 0
    config.database.num_islands = 2
    config.evaluator.cascade_evaluation = False
    config.evaluator.parallel_evaluations = 1
    return config


if __name__ == "__main__":
    main()
