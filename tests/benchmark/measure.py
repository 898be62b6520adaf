"""A sweep of the real program, for the benchmarks beside it."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
import harness  # noqa: E402


def launch(build, program, ranks, *options):
    """What a program of the build prints under mpirun. Exit codes but 0 and 3 (some point is not valid) end the benchmark."""
    result = subprocess.run([*harness.mpirun(ranks), os.path.join(build, program), *map(str, options)], env=harness.environment(),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode not in (0, 3):
        sys.exit(f"{program} with {ranks} ranks: exit code {result.returncode}\n{result.stderr}")
    return result.stdout


def sweep(build, ranks, folder, *options):
    """/repetitions of a sweep, those that are not valid included."""
    output = os.path.join(folder, "results.h5")
    launch(build, "zmqsweep", ranks, "--force", "--output", output, *options)
    return harness.table(output, "repetitions")
