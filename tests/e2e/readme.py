"""Every command in the README does what it says. Builds and scripts that CI runs anyway are not run again."""
import os
import re
import subprocess
import sys
import unittest

from harness import BUILD, PATIENCE_S, SOURCE, Case, environment

ELSEWHERE = ("./jobs/local.sh", "./tests/run.sh", "./tests/benchmark/", "cmake ")


def blocks(language):
    with open(os.path.join(SOURCE, "README.md")) as file:
        return re.findall(rf"^```{language}\n(.*?)^```", file.read(), re.M | re.S)


class Readme(Case):
    def test_commands_in_order(self):
        """Run as they stand, in one folder; only times and, for the machine's sake, oversubscription come from outside."""
        env = environment({
            "PATH": BUILD + os.pathsep + os.environ["PATH"], "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "ZMQSWEEP_WARMUP": "20ms", "ZMQSWEEP_INTERVAL": "50ms", "ZMQSWEEP_REPETITIONS": "2"})
        ran = 0
        for block in blocks("sh"):
            if block.startswith(ELSEWHERE):
                self.assertTrue(block.startswith("cmake") or os.access(os.path.join(SOURCE, block.split()[0]), os.X_OK))
                continue
            short = "--count" in block or "--config" in block
            result = subprocess.run(["bash", "-e", "-c", block], cwd=self.folder, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
                                    env=env if short else {**env, "ZMQSWEEP_DURATION": "100ms"})
            self.assertIn(result.returncode, (0, 3), block + result.stdout + result.stderr)
            ran += 1
        self.assertGreaterEqual(ran, 6)
        for block in blocks("python"):
            result = subprocess.run([sys.executable, "-c", block], cwd=self.folder, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("push-pull", result.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
