"""A binary under the launcher of another MPI, ranks that were given other options, hints and records
that depend on the launcher."""
import os
import shutil
import stat
import subprocess
import tempfile
import time
import unittest

from harness import PATIENCE_S, SOURCE, ZMQSWEEP, Case, environment, mpirun, run

QUICK = ["--size", "64", "--send-mode", "copy", "--count", "100", "--repetitions", "1"]
BUILD_S = 600
SKIPPED = 77


def mpi_of(program):
    """"openmpi" or "mpich", as the program itself says when it is started directly."""
    text = subprocess.run([program, "--short"], capture_output=True, text=True, check=False).stderr
    return "openmpi" if "(mpirun of Open MPI" in text else "mpich"


OWN = mpi_of(ZMQSWEEP)
OTHER = {"openmpi": "mpich", "mpich": "openmpi"}[OWN]
NAMES = {"openmpi": "Open MPI", "mpich": "MPICH"}


def launcher(mpi, ranks):
    """The mpirun of an MPI that is installed beside this build's."""
    more = ["--oversubscribe"] if mpi == "openmpi" else []
    return [f"mpirun.{mpi}", *more, "-n", str(ranks)]


def needs(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        raise unittest.SkipTest(f"no {', '.join(missing)} here")


def words(result):
    """Our own lines: Open MPI's mpirun adds some when a rank fails."""
    return [line for line in result.stderr.splitlines() if line.startswith("zmqsweep: ")]


class Launched(Case):
    def refused(self, command, *expected, env=None):
        """Exit code 2, soon, and one line from the whole job."""
        began = time.monotonic()
        result = run(command, self.folder, env)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertLess(time.monotonic() - began, PATIENCE_S / 4)
        self.assertEqual(len(words(result)), 1, result.stderr)
        for word in expected:
            self.assertIn(word, result.stderr)
        self.assertEqual(result.stdout, "")

    def ranks(self, *options):
        """A script that starts rank N with the options of place N: mpirun's own `:` ends in a crash
        of some versions of Open MPI 5."""
        path = self.path("ranks.sh")
        cases = "".join(f'{rank}) exec "{ZMQSWEEP}" {text} ;;\n' for rank, text in enumerate(options))
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\ncase ${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}} in\n{cases}esac\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return [*mpirun(len(options)), path]


class WrongLauncher(Launched):
    def test_the_other_mpirun_is_named(self):
        needs(f"mpirun.{OTHER}")
        self.refused([*launcher(OTHER, 3), ZMQSWEEP, *QUICK], "started 3 processes",
                     f"built with {NAMES[OWN]} ", f"start it with {NAMES[OWN]}'s mpirun")

    def test_version_and_help_are_served_once(self):
        needs(f"mpirun.{OTHER}")
        result = run([*launcher(OTHER, 3), ZMQSWEEP, "--version"], self.folder)
        self.assertEqual((result.returncode, len(result.stdout.splitlines())), (0, 1), result.stderr)

    def test_one_rank_is_told_how_many_it_takes(self):
        self.refused([*mpirun(1), ZMQSWEEP, *QUICK], "1 rank:", "start it with -n 3")

    def test_without_a_launcher_the_right_mpirun_is_named(self):
        self.refused([ZMQSWEEP, *QUICK], "mpirun -n 3 zmqsweep", f"(mpirun of {NAMES[OWN]} ")

    def test_a_step_of_srun_without_pmi(self):
        """What srun --mpi=none leaves in the environment of each task."""
        step = {"SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "SLURM_NTASKS": "3"}
        right = {"openmpi": "srun --mpi=pmix", "mpich": "srun --mpi=pmi2"}[OWN]
        self.refused([ZMQSWEEP, *QUICK], "srun started 3 processes without PMIx or PMI", right,
                     env={**step, "SLURM_PROCID": "0"})
        silent = run([ZMQSWEEP, *QUICK], self.folder, {**step, "SLURM_PROCID": "2"})
        self.assertEqual((silent.returncode, silent.stderr), (2, ""))

    def test_variables_of_a_batch_job_raise_no_alarm(self):
        batch = {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_ID": "0"}
        if OWN == "openmpi":  # else mpirun takes this for a job of Slurm, and wants srun
            batch["OMPI_MCA_ras"] = batch["OMPI_MCA_plm"] = batch["PRTE_MCA_ras"] = batch["PRTE_MCA_plm"] = "^slurm"
        launch = [*mpirun(3), "env", *[f"{name}={value}" for name, value in batch.items()], ZMQSWEEP]
        result = run([*launch, *QUICK, "--output", "results.h5"], self.folder)
        self.assertIn(result.returncode, (0, 3), result.stderr)


class OtherBuild(Launched):
    """This source, built with the other MPI that is installed."""

    @classmethod
    def setUpClass(cls):
        needs(f"mpicc.{OTHER}", f"mpirun.{OTHER}", f"mpirun.{OWN}", "cmake", "ninja")
        cls.build = tempfile.mkdtemp(prefix="zs-other-")
        cls.addClassCleanup(shutil.rmtree, cls.build, ignore_errors=True)
        for command in (["cmake", "-S", SOURCE, "-B", cls.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                         "-DBUILD_TESTING=OFF", f"-DMPI_C_COMPILER=mpicc.{OTHER}"],
                        ["cmake", "--build", cls.build, "-j2", "--target", "zmqsweep"]):
            made = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_S, check=False)
            if made.returncode:
                raise RuntimeError(made.stdout[-2000:] + made.stderr[-2000:])
        cls.zmqsweep = os.path.join(cls.build, "zmqsweep")

    def test_it_is_refused_under_this_mpirun(self):
        self.refused([*launcher(OWN, 3), self.zmqsweep, *QUICK], "started 3 processes",
                     f"built with {NAMES[OTHER]} ", f"start it with {NAMES[OTHER]}'s mpirun")

    def test_it_runs_under_its_own(self):
        result = run([*launcher(OTHER, 3), self.zmqsweep, *QUICK, "--output", "results.h5"], self.folder)
        self.assertIn(result.returncode, (0, 3), result.stderr)

    def test_its_hints_name_the_options_of_its_launcher(self):
        result = run([*launcher(OTHER, 3), "taskset", "-c", "0", self.zmqsweep, *QUICK, "--output", "results.h5"], self.folder)
        self.assertIn({"openmpi": "start mpirun with --bind-to none", "mpich": "start mpirun with -bind-to none"}[OTHER],
                      result.stderr)


class RealSlurm(Launched):
    """srun with each of its --mpi, in a Slurm of two nodes."""

    @classmethod
    def setUpClass(cls):
        needs("srun", "slurmctld", "slurmd", "munged")
        folder = tempfile.mkdtemp(prefix="zs-slurm-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.cluster = subprocess.Popen([os.path.join(SOURCE, "tests/slurm/cluster.sh"), folder + "/s", "2", "4"], env=environment(),
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.cluster.communicate, timeout=PATIENCE_S)
        if cls.cluster.stdout.readline() != "ready\n":
            raise unittest.SkipTest("no Slurm here")
        cls.env = {"SLURM_CONF": folder + "/s/slurm.conf"}
        cls.kinds = run(["srun", "--mpi=list"], folder, cls.env).stderr + run(["srun", "--mpi=list"], folder, cls.env).stdout

    def test_without_pmi(self):
        self.refused(["srun", "--mpi=none", "-n", "3", ZMQSWEEP, *QUICK], "srun started 3 processes without PMIx or PMI",
                     env=self.env)

    def test_with_the_wrong_pmi(self):
        wrong = {"openmpi": "pmi2", "mpich": "pmix"}[OWN]
        if wrong not in self.kinds:
            self.skipTest(f"this Slurm has no {wrong}")
        self.refused(["srun", f"--mpi={wrong}", "-n", "3", ZMQSWEEP, *QUICK], "srun started 3 processes with PMI", env=self.env)

    def test_with_the_right_pmi(self):
        right = {"openmpi": "pmix", "mpich": "pmi2"}[OWN]
        if right not in self.kinds:
            self.skipTest(f"this Slurm has no {right}")
        result = run(["srun", f"--mpi={right}", "-n", "3", ZMQSWEEP, *QUICK, "--output", "results.h5"], self.folder, self.env)
        self.assertIn(result.returncode, (0, 3), result.stderr)


class OptionsOfRanks(Launched):
    def test_other_options_on_other_ranks_are_refused(self):
        self.refused(self.ranks("--size 1K", "--size 64", "--size 64"), "rank 1 on ", '"--size 64" where rank 0 has "1K"')

    def test_the_first_rank_that_differs_is_named(self):
        self.refused(self.ranks("--size 64", "--size 64", "--size 64 --short"), "rank 2 on ", '"--short", which rank 0 has not')

    def test_a_rank_that_lacks_some_is_named(self):
        self.refused(self.ranks("--size 64 --short", "--size 64", ""), "rank 1 on ", 'without "--short", which rank 0 has')

    def test_options_on_other_ranks_only_are_refused(self):
        self.refused(self.ranks("", "--size 64", ""), "rank 1 on ", '"--size", which rank 0 has not')

    def test_no_options_on_other_ranks_are_fine(self):
        result = run(self.ranks(" ".join([*QUICK, "--output", "results.h5"]), "", ""), self.folder)
        self.assertIn(result.returncode, (0, 3), result.stderr)


class Record(Launched):
    def test_what_decides_how_the_mpi_behaves_is_recorded_and_no_secret(self):
        wanted = {"PRTE_MCA_zs": "1", "PMIX_MCA_zs": "2", "MPICH_ZS": "3", "UCX_ZS": "4", "FI_ZS": "5", "HYDRA_ZS": "6",
                  "I_MPI_ZS": "7", "PSM2_ZS": "8", "MPIR_CVAR_ZS": "9", "OMPI_MCA_zs": "10", "MALLOC_TRIM_THRESHOLD_": "268435456"}
        secret = {"UCX_ZS_KEY": "1", "FI_ZS_TOKEN": "2", "PRTE_MCA_zs_password": "3", "OMPI_MCA_zs_key": "4", "HOME_ZS": "5"}
        assignments = [f"{name}={value}" for name, value in {**wanted, **secret}.items()]
        result = run([*mpirun(3), "env", *assignments, ZMQSWEEP, *QUICK, "--output", "results.h5"], self.folder)
        self.assertIn(result.returncode, (0, 3), result.stderr)
        recorded = self.table("environment").set_index("name").value
        for name, value in wanted.items():
            self.assertEqual(recorded.get(f"env.{name}"), value, name)
        for name in secret:
            self.assertNotIn(f"env.{name}", recorded)
        self.assertFalse([name for name in recorded.index if "precondition" in name])

    def test_the_processor_has_a_name(self):
        self.sweep(3, *QUICK)
        self.assertTrue((self.table("hosts").cpu_model != "").all())


class Hints(Launched):
    def test_a_rank_on_one_core_is_told_of_options_that_its_launcher_has(self):
        if os.cpu_count() < 2:
            self.skipTest("one core")
        result = run([*mpirun(3), "taskset", "-c", "0", ZMQSWEEP, *QUICK, "--output", "results.h5"], self.folder)
        self.assertIn({"openmpi": "start mpirun with --bind-to none", "mpich": "start mpirun with -bind-to none"}[OWN],
                      result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
