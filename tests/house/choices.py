#!/usr/bin/python3
"""choices.py [TEST...] - what users choose and have when they configure, build and install: other
libraries, fewer of them, other folders. TEST_BUILD is a finished build, build/release by default.

The tests of Configure run CMake only, those of Built make a small build of zmqreport."""
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("TEST_BUILD", os.path.join(SOURCE, "build/release"))
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "safe.directory=*", "-c", "commit.gpgsign=false"]
SCRIPT = "cmake/commit.cmake"


def run(*command, folder=None, **environment):
    return subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **environment}, timeout=500)


def git_says(path):
    return run(*GIT, "-C", path, "rev-parse", "HEAD").stdout.strip()[:10]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def succeed(self, *command, **keywords):
        result = run(*command, **keywords)
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def configure(self, *options, code=0, **environment):
        """What CMake says, in one line, as it wraps its errors."""
        result = run("cmake", "-S", SOURCE, "-B", self.path("build"), "-GNinja", "-DCMAKE_BUILD_TYPE=Release", *options, **environment)
        self.assertEqual(result.returncode, code, result.stdout)
        return " ".join(result.stdout.split())

    def module(self, name, version):
        """A module of pkg-config that goes before the system's. @return the environment."""
        self.write("modules/%s.pc" % name, "Name: %s\nDescription: x\nVersion: %s\n" % (name, version))
        return {"PKG_CONFIG_PATH": self.path("modules")}


class Configure(Case):
    def test_only_zmqreport_by_choice(self):
        self.assertIn("Only zmqreport is built, as ZMQSWEEP_REPORT_ONLY says", self.configure("-DZMQSWEEP_REPORT_ONLY=ON"))

    def test_without_mpi_only_zmqreport_and_says_so(self):
        text = self.configure("-DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON")
        self.assertIn("Not found: MPI. Only zmqreport is built; install what is missing for zmqsweep.", text)
        targets = self.succeed("ninja", "-C", self.path("build"), "-t", "targets", "all")
        self.assertEqual(set(re.findall(r"^(zmq\w+): C_EXECUTABLE_LINKER", targets, re.M)), {"zmqreport"})

    def test_an_old_libzmq_is_as_none_and_named(self):
        text = self.configure(**self.module("libzmq", "4.2.5"))
        self.assertIn("Not found: libzmq 4.3.1 or later (4.2.5 was found). Only zmqreport", text)

    def test_an_old_hwloc_is_an_error_where_zmqsweep_is_wanted(self):
        text = self.configure("-DZMQSWEEP_REPORT_ONLY=OFF", code=1, **self.module("hwloc", "1.11.12"))
        self.assertIn("zmqsweep needs what was not found: hwloc 2.0 or later (1.11.12 was found).", text)

    def test_an_old_jansson_is_an_error(self):
        self.assertIn("jansson>=2.4", self.configure(code=1, **self.module("jansson", "2.1")))

    def test_tests_that_lack_something_are_left_out_and_named(self):
        self.write("bin/python3", "#!/bin/sh\nexit 1\n")
        os.chmod(self.path("bin/python3"), 0o755)
        text = self.configure("-DZMQSWEEP_REPORT_ONLY=ON", "-DZMQSWEEP_PYTHONS=" + self.path("bin/python3"),
                              **self.module("cmocka", "0.1"))
        self.assertIn("Tests: no cmocka", text)
        self.assertIn("Tests: no python3 with h5py and pandas", text)


class Commit(Case):
    """cmake/commit.cmake, in small sources."""

    def commit_of(self, folder):
        output = self.path("commit.c")
        self.succeed("cmake", "-DSOURCE=" + folder, "-DOUTPUT=" + output, "-P", os.path.join(folder, SCRIPT))
        with open(output, encoding="utf-8") as file:
            return re.search(r'"([^"]*)";', file.read()).group(1)

    def checkout(self):
        folder = self.path("checkout")
        os.makedirs(os.path.join(folder, "cmake"))
        for name in (".gitattributes", SCRIPT):
            shutil.copy(os.path.join(SOURCE, name), os.path.join(folder, name))
        self.restore_placeholder(os.path.join(folder, SCRIPT))
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
            self.succeed(*GIT, *command, folder=folder)
        return folder

    @staticmethod
    def restore_placeholder(path):
        """Undoes what `git archive` does, where these tests themselves come from a tarball."""
        with open(path, encoding="utf-8") as file:
            text = re.sub(r'set\(archived ".*"\)', 'set(archived "$Format:%H$")', file.read())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_a_checkout_a_change_and_a_tarball(self):
        folder = self.checkout()
        commit = git_says(folder)
        self.assertRegex(commit, "^[0-9a-f]{10}$")
        self.write("checkout/new", "")
        self.assertEqual(self.commit_of(folder), commit)
        self.succeed(*GIT, "archive", "--prefix=tarball/", "-o", self.path("t.tar"), "HEAD", folder=folder)
        self.succeed("tar", "xf", self.path("t.tar"), folder=self.folder)
        self.assertEqual(self.commit_of(self.path("tarball")), commit)
        with open(os.path.join(folder, SCRIPT), "a", encoding="utf-8") as file:
            file.write("\n")
        self.assertEqual(self.commit_of(folder), commit + "-dirty")

    def test_without_git_and_tarball_nobody_knows(self):
        shutil.copytree(os.path.join(SOURCE, "cmake"), self.path("copy/cmake"))
        with open(os.path.join(SOURCE, SCRIPT), encoding="utf-8") as file:
            archived = "$Format" not in file.read()
        self.assertEqual(self.commit_of(self.path("copy")) != "", archived)


class Elsewhere(Case):
    """What zmqreport is made of asks for no more than POSIX and the BSDs have, macOS among them."""
    SOURCES = re.compile(r"/src/(report|results|text|stats|config/options)/|/src/zmqreport\.c$")

    def test_report_compiles_without_what_only_linux_and_glibc_declare(self):
        with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
            entries = [e for e in json.load(file) if self.SOURCES.search(e["file"])]
        self.assertGreater(len(entries), 60)
        for entry in entries:
            words = shlex.split(re.sub(r" -MD| -D_GNU_SOURCE| -(MT|MF|o) \S+", "", entry["command"]))
            words += ["-U__linux__", "-D_XOPEN_SOURCE=700", "-D_DEFAULT_SOURCE", "-fsyntax-only", "-Werror"]
            result = run(*words, folder=entry["directory"])
            self.assertEqual(result.returncode, 0, entry["file"] + "\n" + result.stdout)


class Installed(Case):
    def test_every_link_of_every_installed_page_leads_to_a_file(self):
        self.succeed("cmake", "--install", BUILD, "--prefix", self.path("p"))
        pages = glob.glob(self.path("p/share/doc/**/*.md"), recursive=True)
        self.assertGreater(len(pages), 10)
        links = 0
        for page in pages:
            with open(page, encoding="utf-8") as file:
                for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", file.read()):
                    if "://" not in link:
                        links += 1
                        self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), link)), page + ": " + link)
        self.assertGreater(links, 20)

    def test_the_components_are_all_that_is_installed(self):
        def files(folder):
            found = glob.glob(self.path(folder, "**/*"), recursive=True)
            return sorted(os.path.relpath(f, self.path(folder)) for f in found if os.path.isfile(f))

        self.succeed("cmake", "--install", BUILD, "--prefix", self.path("whole"))
        for component in ("zmqsweep", "zmqreport", "doc"):
            self.succeed("cmake", "--install", BUILD, "--prefix", self.path("parts"), "--component", component)
        self.assertEqual(files("parts"), files("whole"))


class Built(Case):
    """zmqreport alone, of a clone, with a Jansson in a prefix of its own."""

    def clone(self):
        if not os.path.exists(os.path.join(SOURCE, ".git")):
            self.skipTest("not a checkout")
        folder = self.path("source")
        self.succeed(*GIT, "clone", "-q", SOURCE, folder)
        return folder

    def jansson(self):
        """A copy of the system's Jansson in a prefix. @return the environment for pkg-config."""
        def value(name):
            return self.succeed("pkg-config", "--variable=" + name, "jansson").strip()

        os.makedirs(self.path("prefix/lib/pkgconfig"))
        for path in glob.glob(os.path.join(value("libdir"), "libjansson.so*")):
            shutil.copy(path, self.path("prefix/lib"), follow_symlinks=False)
        self.write("prefix/lib/pkgconfig/jansson.pc",
                   "libdir=%s\nName: jansson\nDescription: x\nVersion: 2.14\nLibs: -L${libdir} -ljansson\nCflags: -I%s\n"
                   % (self.path("prefix/lib"), value("includedir")))
        return {"PKG_CONFIG_PATH": self.path("prefix/lib/pkgconfig")}

    def build(self):
        return self.succeed("cmake", "--build", self.path("build"), "-j", "2")

    def version(self, prefix):
        return self.succeed(self.path(prefix, "bin/zmqreport"), "--version")

    def install(self, prefix):
        """CMake leaves a file alone that is there and is less than a second older."""
        self.succeed("cmake", "--install", self.path("build"), "--prefix", self.path(prefix))

    def test_report_only_from_a_prefix_and_after_a_commit(self):
        folder = self.clone()
        self.succeed("cmake", "-S", folder, "-B", self.path("build"), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DZMQSWEEP_REPORT_ONLY=ON", "-DBUILD_TESTING=OFF", "-DZMQSWEEP_WERROR=ON", **self.jansson())
        self.build()
        self.install("p")
        self.assertIn("(commit %s)" % git_says(folder), self.version("p"))
        libraries = self.succeed("ldd", self.path("p/bin/zmqreport"))
        self.assertIn(self.path("prefix/lib/libjansson.so"), libraries)
        self.assertNotRegex(libraries, "libmpi|libzmq|libhwloc|inih")
        self.assertFalse(os.path.exists(self.path("p/bin/zmqsweep")))

        objects = {path: os.path.getmtime(path) for path in glob.glob(self.path("build/**/*.o"), recursive=True)}
        self.succeed(*GIT, "commit", "-q", "--allow-empty", "-m", "x", folder=folder)
        self.build()
        self.install("later")
        self.assertIn("(commit %s)" % git_says(folder), self.version("later"))
        made = [os.path.basename(path) for path, time in objects.items() if os.path.getmtime(path) != time]
        self.assertEqual(made, ["commit.c.o"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
