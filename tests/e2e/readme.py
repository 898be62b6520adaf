"""Every command in the README does what it says. Builds and scripts that CI runs anyway are not run again."""
import os
import re
import subprocess
import sys
import unittest

from harness import BUILD, PATIENCE_S, SOURCE, Case, environment

ELSEWHERE = ("./tests/run.sh", "cmake ")


def blocks(language):
    with open(os.path.join(SOURCE, "README.md")) as file:
        return re.findall(rf"^```{language}\n(.*?)^```", file.read(), re.M | re.S)


class Readme(Case):
    def check_local(self, env):
        """The first command of all, from another folder, with fewer points than it has."""
        result = subprocess.run([os.path.join(SOURCE, "jobs/local.sh"), "--size", "64", "--duration", "100ms"], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, env=env)
        self.assertIn(result.returncode, (0, 3), result.stdout + result.stderr)
        self.assertIn("throughput", result.stdout)
        for name in re.findall(r"^(?:results|as CSV): +(\S+)$", result.stdout, re.M):
            self.assertTrue(os.path.getsize(name) > 0)

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
            if block.startswith("./jobs/local.sh"):
                self.check_local(env)
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
