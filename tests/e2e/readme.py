"""Every command in the README does what it says. Builds and scripts that CI runs anyway are not run again."""
import os
import re
import shutil
import sys
import unittest

from harness import BUILD, SESSIONS, SOURCE, Case, run

ELSEWHERE = ("./tests/run.sh", "./tests/benchmark/", "cmake ")


def blocks(language):
    with open(os.path.join(SOURCE, "README.md")) as file:
        return re.findall(rf"^```{language}\n(.*?)^```", file.read(), re.M | re.S)


class Readme(Case):
    def check_local(self, env):
        """The first command of all, from another folder; in a clean copy, for the results that may be here."""
        copy = self.path("checkout")
        shutil.copytree(SOURCE, copy, ignore=lambda folder, _: {"build", "results", ".git"} if folder == SOURCE else set())
        result = run([os.path.join(copy, "jobs/local.sh"), "--size", "64", "--duration", "100ms"], self.folder, env,
                     timeout=600)  # it builds
        self.assertIn(result.returncode, (0, 3), result.stdout + result.stderr)
        self.assertIn("throughput", result.stdout)
        names = re.findall(r"^(?:results|as CSV): +(\S+)$", result.stdout, re.M)
        self.assertEqual(names, [os.path.join(copy, "results", name) for name in ("results.h5", "results.csv")])
        for name in names:
            self.assertGreater(os.path.getsize(name), 0)

    def test_commands_in_order(self):
        """Run as they stand, in one folder; only times and, for the machine's sake, oversubscription come from outside."""
        env = {
            "PATH": BUILD + os.pathsep + os.environ["PATH"], "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "OMPI_MCA_orte_tmpdir_base": SESSIONS,
            "ZMQSWEEP_WARMUP": "20ms", "ZMQSWEEP_INTERVAL": "50ms", "ZMQSWEEP_REPETITIONS": "2"}
        ran = 0
        for block in blocks("sh"):
            if block.startswith(ELSEWHERE):
                self.assertTrue(block.startswith("cmake") or os.access(os.path.join(SOURCE, block.split()[0]), os.X_OK))
                continue
            if block.startswith("./jobs/local.sh"):
                self.check_local(env)
                continue
            short = "--count" in block or "--config" in block
            result = run(["bash", "-e", "-c", block], self.folder, env if short else {**env, "ZMQSWEEP_DURATION": "100ms"})
            self.assertIn(result.returncode, (0, 3), block + result.stdout + result.stderr)
            ran += 1
        self.assertGreaterEqual(ran, 6)
        for block in blocks("python"):
            result = run([sys.executable, "-c", block], self.folder)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("push-pull", result.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
