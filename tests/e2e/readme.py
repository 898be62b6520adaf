"""Every command of README.md and of docs/guide.md does what the page says, and so does the Python
of docs/results.md. Builds and scripts that CI runs anyway are not run again."""
import os
import re
import shutil
import sys
import unittest

from harness import AS_TYPED, BUILD, MPIRUN, SESSIONS, SOURCE, Case, launcher, run

ELSEWHERE = ("./tests/run.sh", "./tests/benchmark/", "cmake ")


def blocks(page, language):
    with open(os.path.join(SOURCE, page)) as file:
        return re.findall(rf"^```{language}\n(.*?)^```", file.read(), re.M | re.S)


class Pages(Case):
    # Run as they stand; only times and, for the machine's sake, oversubscription come from outside.
    ENVIRONMENT = {
        **AS_TYPED, "PATH": os.pathsep.join([BUILD, SESSIONS, os.environ["PATH"]]),
        "ZMQSWEEP_WARMUP": "10ms", "ZMQSWEEP_INTERVAL": "25ms", "ZMQSWEEP_REPETITIONS": "2"}

    @classmethod
    def setUpClass(cls):
        """Where several MPIs are installed, `mpirun` is to be that of the build."""
        link, own, typed = os.path.join(SESSIONS, "mpirun"), shutil.which(MPIRUN), shutil.which("mpirun")
        if not os.path.lexists(link) and not (typed and os.path.samefile(own, typed)):
            os.symlink(own, link)

    def check_local(self):
        """The first command of all, from another folder; in a clean copy, for the results that may
        be here."""
        copy = self.path("checkout")
        shutil.copytree(SOURCE, copy, ignore=lambda folder, _: {"build", "results", ".git"} if folder == SOURCE else set())
        with open(os.path.join(copy, "tests/CMakeLists.txt"), "w"):
            pass  # for time's sake the tests are not built again
        result = run([os.path.join(copy, "jobs/local.sh"), "--size", "64", "--duration", "100ms"], self.folder,
                     self.ENVIRONMENT, timeout=600)  # it builds
        self.assertIn(result.returncode, (0, 3), result.stdout + result.stderr)
        self.assertIn("throughput", result.stdout)
        names = re.findall(r"^(?:results|as CSV): +(\S+)$", result.stdout, re.M)
        self.assertEqual(names, [os.path.join(copy, "results", name) for name in ("results.h5", "results.csv")])
        for name in names:
            self.assertGreater(os.path.getsize(name), 0)

    def check_block(self, block):
        """Some options choose their own time and go not together with the test's."""
        own = "--count" in block or "--config" in block
        result = run(["bash", "-e", "-c", block], self.folder,
                     self.ENVIRONMENT if own else {**self.ENVIRONMENT, "ZMQSWEEP_DURATION": "50ms"})
        self.assertIn(result.returncode, (0, 3), block + result.stdout + result.stderr)

    def check_page(self, page):
        """All its commands in order, in one folder. @return how many blocks ran."""
        ran = 0
        for block in blocks(page, "sh"):
            if block.startswith(ELSEWHERE):
                self.assertTrue(block.startswith("cmake") or os.access(os.path.join(SOURCE, block.split()[0]), os.X_OK))
            elif block.startswith("./jobs/local.sh"):
                self.check_local()
            elif launcher() == "MPICH" and " -x " in block:
                print(f"{self.id()}: not run, -x is Open MPI's: {block.splitlines()[0]}", flush=True)
            else:
                self.check_block(block)
                ran += 1
        return ran

    def check_python(self, page):
        ran = 0
        for block in blocks(page, "python"):
            result = run([sys.executable, "-c", block], self.folder)
            self.assertEqual(result.returncode, 0, block + result.stderr)
            self.assertIn("push-pull", result.stdout)
            ran += 1
        return ran

    def test_readme(self):
        self.assertGreaterEqual(self.check_page("README.md"), 4)

    def test_guide_and_results(self):
        """The pages of results read the file that the guide's first command makes."""
        self.assertGreaterEqual(self.check_page("docs/guide.md"), 15)
        self.check_page("docs/results.md")
        self.assertGreaterEqual(self.check_python("docs/results.md"), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
