"""What is asked for: bad input is one line and exit 2 before anything is made; sources beat each
other in order."""
import os
import unittest

from harness import SHORT, ZMQSWEEP, Case, mpirun, run

# (arguments, words that the one line must hold)
BAD = [
    (["--sizes", "64"], ["--sizes", "--size"]),
    (["--siz", "64"], ["--siz", "--size"]),
    (["64"], ["64", "--"]),
    (["--size"], ["--size"]),
    (["--size", ""], ["--size"]),
    (["--size", "64,,128"], ["--size"]),
    (["--size", "64,64"], ["--size", "64", "twice"]),
    (["--size", "0"], ["--size", "0"]),
    (["--size", "64Q"], ["--size", "64Q", "64K"]),
    (["--size", "1M:64:x4"], ["--size", "empty"]),
    (["--size", "64:1M"], ["--size", "x4"]),
    (["--size", "99999999999999999999"], ["--size"]),
    (["--sndhwm", "0"], ["--sndhwm", "0"]),
    (["--rcvhwm", "-1"], ["--rcvhwm", "-1"]),
    (["--duration", "-1s"], ["--duration", "-1s"]),
    (["--duration", "5"], ["--duration", "5"]),
    (["--count", "1"], ["--count", "1"]),
    (["--count", "1000", "--duration", "1s"], ["count", "duration"]),
    (["--count", "1000000000000", "--size", "1G"], ["--count", "63 bits"]),
    (["--pattern", "router-dealer"], ["--pattern", "push-pull"]),
    (["--latency", "0"], ["--latency", "0"]),
    (["--latency", "10%"], ["--latency", "10%"]),
    (["--latency", "1,2"], ["--latency"]),
    (["--latency", "100", "--size", "64,8"], ["--latency", "8 bytes", "--size 16"]),
    (["--pattern", "pair", "--senders-per-receiver", "2"], ["--pattern pair", "one peer"]),
    (["--pattern", "push-pull,pair", "--receivers-per-sender", "2"], ["--pattern pair", "one peer"]),
    (["--pattern", "req-rep", "--receive-mode", "write", "--write-dir", "."], ["--receive-mode write", "push-pull"]),
    (["--pattern", "req-rep,push-pull", "--baseline", "tcp"], ["--baseline tcp", "req-rep"]),
    (["--pattern", "pair", "--find-rate", "loss=1%"], ["--find-rate", "pub-sub"]),
    (["--send-mode", "zerocopy"], ["--send-mode", "zero-copy"]),
    (["--security", "tls"], ["--security", "curve"]),
    (["--preset", "shrot"], ["shrot", "short"]),
    (["--interface", "nothere0"], ["--interface nothere0", "lo"]),
    (["--pairs", "2"], ["with -n 5"]),
    (["--receivers-per-sender", "2", "--senders-per-receiver", "2"], ["must be 1"]),
    (["--size", "1M", "--sndhwm", "100000000"], ["--sndhwm", "half", "fit"]),
    (["--output", "nowhere/results.h5"], ["nowhere"]),
    (["--output", "."], ["--output"]),
    (["--config", "nothere.ini"], ["nothere.ini"]),
    (["--config", "bad.ini"], ["bad.ini:3", "sise", "size"]),
    (["--config", "worse.ini"], ["worse.ini:2"]),
    (["--resume", "--force"], ["--resume", "--force"]),
]


class BadInput(Case):
    def setUp(self):
        super().setUp()
        with open(self.path("bad.ini"), "w") as file:
            file.write("# a comment\nduration = 1s\nsise = 64\n")
        with open(self.path("worse.ini"), "w") as file:
            file.write("size = 64\nno equals sign\n")

    def refused(self, result, words):
        lines = [line for line in result.stderr.splitlines() if line.startswith("zmqsweep:")]
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(len(lines), 1, result.stderr)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad.ini", "worse.ini"])

    def test_bad_input_is_one_line_and_exit_2_without_mpirun(self):
        for arguments, words in BAD:
            if words[0] in ("--interface nothere0", "with -n 5", "nowhere", "--output"):
                continue  # needs the ranks, or is looked at only when something is to be written
            with self.subTest(arguments=arguments):
                self.refused(run([ZMQSWEEP, *arguments], self.folder), words if arguments != ["--resume", "--force"] else [])

    def test_under_mpirun_bad_input_is_told_once(self):
        for arguments, words in BAD[::4] + [case for case in BAD if case[0][0] in ("--interface", "--pairs", "--output")]:
            with self.subTest(arguments=arguments):
                self.refused(run([*mpirun(3), ZMQSWEEP, *arguments], self.folder), words)

    def test_bad_variables_are_refused(self):
        self.refused(run([*mpirun(3), ZMQSWEEP], self.folder, {"ZMQSWEEP_SISE": "64"}), ["ZMQSWEEP_SISE", "ZMQSWEEP_SIZE"])
        self.refused(run([ZMQSWEEP], self.folder, {"ZMQSWEEP_SIZE": "64Q"}), ["ZMQSWEEP_SIZE", "64Q"])

    def test_too_few_ranks_are_refused_with_the_command_that_would_do(self):
        for ranks in (1, 2):
            self.refused(run([*mpirun(ranks), ZMQSWEEP], self.folder), ["with -n 3"])
        self.refused(run([ZMQSWEEP, "--pairs", "4"], self.folder), ["mpirun -n 9"])

    def test_existing_output_is_left_alone(self):
        for name in ("results.h5", "results.h5.journal"):
            with self.subTest(name=name):
                with open(self.path(name), "w") as file:
                    file.write("precious")
                result = run([*mpirun(3), ZMQSWEEP, "--output", "results.h5"], self.folder)
                self.assertEqual(result.returncode, 2)
                self.assertIn("--resume", result.stderr)
                with open(self.path(name)) as file:
                    self.assertEqual(file.read(), "precious")
                os.remove(self.path(name))


class Sources(Case):
    def points(self, *arguments, env=None):
        result = run([ZMQSWEEP, "--dry-run", *arguments], self.folder, env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [line for line in result.stdout.splitlines() if "push-pull" in line or "pub-sub" in line]

    def test_higher_sources_win(self):
        with open(self.path("sweep.ini"), "w") as file:
            file.write("[zmqsweep]\nsize = 1K\nsend-mode = const\npattern = pub-sub\n")
        only = self.points("--config", "sweep.ini", "--size", "3K", env={"ZMQSWEEP_SIZE": "2K", "ZMQSWEEP_PATTERN": "push-pull"})
        self.assertEqual(len(only), 1)
        for word in ("3 KiB", "push-pull", "const"):
            self.assertIn(word, only[0])
        self.assertIn("2 KiB", self.points("--config", "sweep.ini", env={"ZMQSWEEP_SIZE": "2K"})[0])

    def test_defaults_are_the_contract(self):
        points = self.points()
        self.assertEqual(len(points), 20)
        sizes = [" ".join(line.split()[3:5]) for line in points[:10]]
        self.assertEqual(sizes, ["64 B", "256 B", "1 KiB", "4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB", "4 MiB", "10 MiB"])

    def test_presets_have_their_points(self):
        self.assertEqual(len(self.points("--preset", "pyzmq-bench")), 20)
        self.assertIn("100001 msg", self.points("--preset", "pyzmq-bench")[0])
        self.assertIn("untouched", self.points("--preset", "libzmq")[0])
        self.assertIn("1000/1000", self.points("--preset", "libzmq")[0])
        self.assertIn("1 x 2:1", self.points("--preset", "daq")[0])
        self.assertEqual(self.points("--short"), self.points("--preset", "short"))

    def test_help_and_version_need_no_mpi(self):
        for option, word in (("--help", "--send-mode"), ("--version", "zmqsweep ")):
            result = run([ZMQSWEEP, option], self.folder)
            self.assertEqual(result.returncode, 0)
            self.assertIn(word, result.stdout)
            result = run([*mpirun(2), ZMQSWEEP, option], self.folder)
            self.assertEqual((result.returncode, result.stdout.count(word) > 0), (0, True))

    def test_dry_run_under_mpirun_says_who_talks_to_whom(self):
        result = run([*mpirun(5), ZMQSWEEP, "--dry-run", "--receivers-per-sender", "2", "--size", "64"], self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        roles = [line.split()[1] for line in result.stdout.split("who talks to whom")[1].splitlines()[2:]]
        self.assertEqual(roles, ["coordinator", "sender", "receiver", "receiver", "idle"])
        self.assertEqual(os.listdir(self.folder), [])

    def test_debug_names_every_rank_and_phase(self):
        result = self.sweep(3, *SHORT, "--size", "64", "--send-mode", "copy", "--log-level", "debug")
        for rank in range(3):
            for phase in ("opened", "ready", "drained", "closed"):
                self.assertRegex(result.stderr, rf"\[rank {rank} [0-9.]+\].*{phase}")

    def test_ranks_confined_to_one_core_are_told_and_flagged(self):
        """Every rank on one core: a warning with the option that mends it, and a flag on every
        repetition."""
        command = ["taskset", "-c", "0", *mpirun(3), ZMQSWEEP, *SHORT,
                   "--size", "1K", "--send-mode", "copy", "--output", "results.h5"]
        result = run(command, self.folder)
        self.assertIn(result.returncode, (0, 3), result.stderr)
        self.assertIn("confined to one core", result.stderr)
        self.assertTrue(self.table("repetitions")["flags"].str.contains("shared_core").all())


if __name__ == "__main__":
    unittest.main(verbosity=2)
