"""The batch scripts of jobs/ on a real Slurm: to the end, warned, out of time, cancelled; under
mpirun and srun."""
import glob
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from harness import SOURCE, ZMQREPORT, ZMQSWEEP, environment, run, table  # noqa: E402

LAUNCHERS = ("mpirun", "srun")
SCRIPTS = ("sweep", "scaling", "matrix", "numa", "array")
OVER = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "DEADLINE"}
FINISHED = {"0:0", "3:0"}  # 3: a busy machine may leave a point without a valid repetition
SKIPPED = 77
PATIENCE_S = 180
QUICK = ["--duration", "100ms", "--warmup", "20ms", "--interval", "50ms"]

# A plan of 22 points: rounds of some 6 s.
PLAN = {"SIZES": "64:64K:x2", "PATTERNS": "push-pull", "SEND_MODES": "copy,const"}
POINTS = 22


class Cluster:
    """cluster.sh in the background, until its input ends."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen([os.path.join(HERE, "cluster.sh"), folder, "4", "6"], env=environment(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            _, errors = self.process.communicate(timeout=PATIENCE_S)
            if self.process.returncode == SKIPPED:
                raise unittest.SkipTest(errors.strip())
            raise RuntimeError(f"Slurm did not start: {errors}")

    def stop(self):
        self.process.communicate(timeout=PATIENCE_S)


class Job:
    """A batch job. `script` is one of jobs/, `variables` are the environment of sbatch."""

    def __init__(self, folder, env, script, launcher, options=(), sbatch=(), variables=None):
        self.folder, self.env = folder, env
        self.name = f"{script}-{launcher}-{random.randrange(10**9)}"
        path = os.path.join(folder, "tree/share/zmqsweep/jobs", f"{script}.sbatch")
        # The scripts ask for whole nodes; those of a test share them.
        result = run(["sbatch", "--parsable", "--exclusive=user", f"--job-name={self.name}", *sbatch, path, *QUICK, *map(str, options)],
                     folder, {**env, "LAUNCHER": launcher, **(variables or {})})
        if result.returncode:
            raise RuntimeError(result.stderr)
        self.id = result.stdout.strip()

    def command(self, *words):
        return run(words, self.folder, self.env)

    def show(self, field, task=""):
        found = re.search(rf"\b{field}=(\S*)", self.command("scontrol", "-o", "show", "job", self.id + task).stdout)
        return found.group(1) if found else None

    def log(self):
        """What the job printed, all of its tasks."""
        texts = []
        for path in sorted(glob.glob(os.path.join(self.folder, f"{self.name}-{self.id}*.log"))):
            with open(path) as file:
                texts.append(file.read())
        return "".join(texts)

    @property
    def output(self):
        return os.path.join(self.folder, f"{self.name}-{self.id}.h5")

    def rounds(self):
        """Of every round that the log tells of, over all starts: how many points were measured in
        it."""
        return [int(points) for points in re.findall(r"^round \d+(?: of \d+)?: (\d+) points?", self.log(), re.MULTILINE)]

    def wait(self, condition, what):
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                raise TimeoutError(f"job {self.id} ({self.name}): {what}\n{self.log()}")
            time.sleep(0.2)

    def wait_for_round(self):
        self.wait(lambda: self.rounds() or self.show("JobState") in OVER, "no round")

    def wait_over(self, task=""):
        self.wait(lambda: self.show("JobState", task) in OVER, "does not end")
        return self.show("JobState", task), self.show("ExitCode", task)

    def wait_requeued(self, times=1):
        self.wait(lambda: self.show("Restarts") == str(times) and self.show("JobState") == "PENDING", "is not requeued")


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="zs-slurm-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o755)  # munge's clients must reach its socket
        cls.cluster = Cluster(os.path.join(cls.folder, "slurm"))
        cls.addClassCleanup(cls.cluster.stop)
        cls.make_tree()
        os.mkdir(os.path.join(cls.folder, "tmp"))
        cls.env = {
            "SLURM_CONF": os.path.join(cls.folder, "slurm/slurm.conf"),
            "TMPDIR": os.path.join(cls.folder, "tmp"),
            # The nodes share the network of this machine, which may have no other interface.
            "ZMQSWEEP_INTERFACE": "lo", "OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_oob_tcp_if_include": "lo",
        }

    @classmethod
    def make_tree(cls):
        """The programs and job scripts where `cmake --install` puts them; they are not in PATH."""
        os.makedirs(os.path.join(cls.folder, "tree/bin"))
        for program in (ZMQSWEEP, ZMQREPORT):
            os.symlink(os.path.abspath(program), os.path.join(cls.folder, "tree/bin", os.path.basename(program)))
        shutil.copytree(os.path.join(SOURCE, "jobs"), os.path.join(cls.folder, "tree/share/zmqsweep/jobs"))

    def submit(self, *words, **keywords):
        return Job(self.folder, self.env, *words, **keywords)

    def submit_plan(self, launcher, *, repetitions=3, sbatch=(), variables=None):
        return self.submit("sweep", launcher, ["--repetitions", repetitions], sbatch=sbatch,
                           variables={**PLAN, **(variables or {})})

    def kept(self, path):
        """The repetitions of a file: throughput and validity by numbers of point and repetition."""
        rows = table(path, "repetitions")
        self.assertEqual(len(rows), len(rows[["point_id", "repetition"]].drop_duplicates()))
        return rows.set_index(["point_id", "repetition"])[["throughput_mbit_s", "valid"]]

    def check_complete(self, path, before=None, repetitions=3):
        """Every point once; what was measured before is as it was. A point without a valid
        repetition may be measured again, in later rounds."""
        self.assertFalse(os.path.exists(path + ".journal"))
        self.assertEqual(sorted(table(path, "points").point_id), list(range(POINTS)))
        rows = table(path, "repetitions")
        self.assertEqual(len(rows), repetitions * POINTS)
        for point, rounds in rows.groupby("point_id")["round"]:
            self.assertEqual(sorted(rounds), list(range(rounds.min(), rounds.min() + repetitions)), f"point {point}")
        if before is not None:
            before = before[before.groupby("point_id").valid.transform("any")].throughput_mbit_s
            after = self.kept(path).throughput_mbit_s[before.index]
            self.assertTrue(((after == before) | (after.isna() & before.isna())).all())

    def check_over(self, job, task=""):
        state, code = job.wait_over(task)
        self.assertIn(state, {"COMPLETED", "FAILED"}, job.log())
        self.assertIn(code, FINISHED, job.log())

    # ---- every script, to its end

    def check_sweep(self, path):
        points = table(path, "points")
        self.assertEqual(set(points.message_size_bytes), {64, 1024})
        self.assertEqual(set(points.pattern), {"push-pull", "pub-sub"})
        self.assertEqual(set(points.send_mode), {"copy", "zero-copy"})
        self.assertEqual(len(points), 8)

    def check_scaling(self, path):
        self.assertEqual(sorted(table(path, "points").pairs), [1, 2, 4])

    def check_matrix(self, path):
        """Three rounds of four pairs: each ordered pair of the four hosts once."""
        self.assertEqual(len(table(path, "points")), 3)
        ranks = table(path, "ranks")
        ranks = ranks[(ranks.repetition == 0) & (ranks.role != "idle")]
        pairs = set()
        for _, group in ranks.groupby(["point_id", "group"]):
            hosts = group.set_index("role").host_id
            if "sender" in hosts.index:
                pairs.add((hosts["sender"], hosts["receiver"]))
        self.assertEqual(len(pairs), 12, pairs)

    def check_numa(self, path):
        self.assertEqual(len(table(path, "points")), 4)

    def check_array(self, path):
        self.assertEqual(len(table(path, "points")), 1)

    def submit_quick(self, script, launcher):
        """The script with few points. For srun the variables come by --export."""
        variables = {"sweep": {"SIZES": "64,1K"},
                     "scaling": {"SIZES": "64"},
                     "matrix": {"SIZES": "64"},
                     "numa": {"SIZES": "64", "SEND_MODES": "copy", "SENDER_CPUS": "none,numa:0", "RECEIVER_CPUS": "none,numa:0"},
                     "array": {"OPTION": "--bind", "VALUES": "sender receiver"}}[script]
        options = ["--repetitions", "2"]
        sbatch = []
        if script == "array":
            sbatch += ["--array=0-1%1"]
            options += ["--size", "64", "--send-mode", "copy"]
        if launcher == "srun":
            sbatch += ["--export=ALL,MAX_RESTARTS=3"]
        return self.submit(script, launcher, options, sbatch=sbatch, variables=variables)

    def test_every_script_runs_to_its_end(self):
        jobs = [(script, launcher, self.submit_quick(script, launcher)) for script in SCRIPTS for launcher in LAUNCHERS]
        for script, launcher, job in jobs:
            with self.subTest(script=script, launcher=launcher):
                if script == "array":
                    for task, value in (("_0", "sender"), ("_1", "receiver")):
                        self.check_over(job, task=task)
                        path = os.path.join(self.folder, f"{job.name}-{job.id}-{value}.h5")
                        self.check_array(path)
                        self.assertEqual(set(table(path, "points").bind), {value})
                else:
                    self.check_over(job)
                    self.assertIn("throughput", job.log())  # zmqreport's table
                    getattr(self, f"check_{script}")(job.output)

    # ---- warned, out of time, cancelled

    def test_usr1_saves_requeues_and_goes_on(self):
        jobs = [self.submit_plan(launcher) for launcher in LAUNCHERS]
        before = {}
        for job in jobs:
            job.wait_for_round()
            job.command("scancel", "--batch", "--signal=USR1", job.id)
        for job in jobs:
            job.wait_requeued()
            before[job] = self.kept(job.output)
            self.assertGreaterEqual(len(before[job]), POINTS)
            self.assertLess(len(before[job]), 3 * POINTS)
        for job in jobs:
            self.check_over(job)
            self.assertEqual(job.show("Restarts"), "1")
            self.assertIn(f"of {POINTS} points are done, {len(before[job])} repetitions are there", job.log())
            self.check_complete(job.output, before[job])

    def test_usr1_before_the_ranks_have_started_requeues(self):
        jobs = [self.submit_plan(launcher) for launcher in LAUNCHERS]
        for job in jobs:
            job.wait(lambda job=job: ", start 1," in job.log(), "does not start")
            job.command("scancel", "--batch", "--signal=USR1", job.id)
        for job in jobs:
            job.wait(lambda job=job: job.show("Restarts") == "1", "is not requeued")
            self.check_over(job)
            self.check_complete(job.output)

    def test_a_sweep_that_was_cut_short_fails_its_job(self):
        """A launcher may say that all is well after it has lost a host; a journal is left."""
        program = os.path.join(self.folder, "cut-short")
        with open(program, "w") as file:
            file.write('#!/bin/sh\n# --resume --output OUTPUT\ntouch "$3.journal"\n')
        os.chmod(program, 0o755)
        job = self.submit("sweep", "mpirun", variables={"PROGRAM": program})
        self.assertEqual(job.wait_over(), ("FAILED", "1:0"), job.log())
        self.assertIn("was cut short", job.log())

    def test_restarts_are_bounded(self):
        """The job that may not go back ends with zmqsweep's own code, and a person can send it
        back."""
        jobs = [self.submit_plan(launcher, variables={"MAX_RESTARTS": "0"}) for launcher in LAUNCHERS]
        for job in jobs:
            job.wait_for_round()
            job.command("scancel", "--batch", "--signal=USR1", job.id)
        for job in jobs:
            self.assertEqual(job.wait_over(), ("FAILED", "4:0"), job.log())
            self.assertEqual(job.show("Restarts"), "0")
            self.assertIn(f"scontrol requeue {job.id}", job.log())
            before = self.kept(job.output)
            self.assertGreaterEqual(len(before), POINTS)
            self.assertEqual(job.command("scontrol", "requeue", job.id).returncode, 0)
            job.wait(lambda job=job: job.show("Restarts") == "1", "is not requeued")
            self.check_over(job)
            self.check_complete(job.output, before)

    def test_a_time_limit_loses_nothing_and_the_job_goes_on(self):
        """A limit of a minute: the script's own warning is due at once, and there is time to go
        back into the queue, again and again. A limit of nothing: the warning comes together with
        the end, and a person requeues. Slurm looks at limits every 30 s."""
        jobs = [(limit, self.submit_plan(launcher, repetitions=9)) for limit in (1, 0) for launcher in LAUNCHERS]
        for limit, job in jobs:
            job.wait_for_round()
            self.assertEqual(job.command("scontrol", "update", f"jobid={job.id}", f"timelimit={limit}").returncode, 0)
        before = {}
        for limit, job in jobs:
            if limit == 0:
                self.assertEqual(job.wait_over()[0], "TIMEOUT", job.log())
                before[job] = self.saved(job)
                self.assertGreaterEqual(len(before[job]), POINTS)
                self.assertLess(len(before[job]), 9 * POINTS)
                self.assertEqual(job.command("scontrol", "requeue", job.id).returncode, 0)
                self.assertEqual(job.command("scontrol", "update", f"jobid={job.id}", "timelimit=30").returncode, 0)
        for limit, job in jobs:
            with self.subTest(job=job.name, limit=limit):
                self.check_over(job)
                self.check_complete(job.output, before.get(job), repetitions=9)
                self.assertGreaterEqual(int(job.show("Restarts")), 1)
                # A round that was cut short is told in the next start, with the points that were
                # left.
                self.assertLessEqual(sum(job.rounds()), 9 * POINTS, job.log())

    def saved(self, job):
        """What is in the file, or else in a whole journal, of a job that has ended."""
        path = job.output
        if os.path.exists(path + ".journal"):
            path = os.path.join(self.folder, f"recovered-{job.id}-{random.randrange(10**9)}.h5")
            shutil.copy(job.output + ".journal", path + ".journal")
            result = run([ZMQREPORT, "recover", path + ".journal"], self.folder)
            self.assertEqual(result.returncode, 0, result.stderr)
        return self.kept(path)

    def test_scancel_at_a_random_moment_loses_nothing(self):
        """A cancelled job stays away, and nothing that the log tells of is lost. Killed without a
        word, neither."""
        dice = random.Random()
        resumed = []
        for launcher, signal in itertools.product(LAUNCHERS, ([], ["--full", "--signal=KILL"])):
            job = self.submit_plan(launcher)
            job.wait(lambda job=job: ", start 1," in job.log(), "does not start")
            time.sleep(dice.uniform(0, 4))
            job.command("scancel", *signal, job.id)
            state, _ = job.wait_over()
            self.assertIn(state, {"CANCELLED", "FAILED"} if signal else {"CANCELLED"}, job.log())
            self.assertEqual(job.show("Restarts"), "0")
            said = sum(job.rounds())
            kept = self.saved(job) if said else None
            if said:
                self.assertGreaterEqual(len(kept), said, job.log())
            resumed.append((self.submit_plan(dice.choice(LAUNCHERS), variables={"OUTPUT": job.output}), job.output, kept))
        for job, output, kept in resumed:
            self.check_over(job)
            self.check_complete(output, kept)


if __name__ == "__main__":
    outcome = unittest.main(verbosity=2, exit=False).result
    # Without a cluster the whole class is skipped, and ctest is to say so.
    sys.exit(SKIPPED if outcome.skipped and not outcome.testsRun else not outcome.wasSuccessful())
