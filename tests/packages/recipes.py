#!/usr/bin/python3
"""The recipes of packaging/ against CMake's files and a finished build: versions, options, floors,
dependencies and components are the same everywhere, and what recipes look for after an installation
is there. A dependency or an option that changes in CMake fails here until the recipes follow."""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from dsl import CMakePackage, Folder, SkipTest, Spec, Version, load_easyconfig, load_spack

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("TEST_BUILD", os.path.join(SOURCE, "build/release"))
PACKAGING = os.path.join(SOURCE, "packaging")
SPACK = os.path.join(PACKAGING, "spack/spack_repo/zmqsweep/packages/zmqsweep/package.py")
EASYCONFIGS = sorted(glob.glob(os.path.join(PACKAGING, "easybuild/*.eb")))
CONDA = os.path.join(PACKAGING, "conda/zmqsweep/recipe.yaml")
PACKAGES = os.path.join(SOURCE, "jobs/packages.txt")

# What CMake looks for, and its name in each collection. None: it comes with the toolchain.
NAMES = {
    "ZLIB": {"spack": "zlib-api", "easybuild": "zlib", "conda": "zlib"},
    "HDF5": {"spack": "hdf5", "easybuild": "HDF5", "conda": "hdf5"},
    "jansson": {"spack": "jansson", "easybuild": "Jansson", "conda": "jansson"},
    "MPI": {"spack": "mpi", "easybuild": None, "conda": "${{ mpi }}"},
    "libzmq": {"spack": "libzmq", "easybuild": "ZeroMQ", "conda": "zeromq"},
    "hwloc": {"spack": "hwloc", "easybuild": "hwloc", "conda": "libhwloc"},
    "inih": {"spack": "libinih", "easybuild": "inih", "conda": "inih"},
}
COMES_WITH_CMAKE = {"PkgConfig", "Threads"}
OF_CMAKE = {"BUILD_TESTING", "CMAKE_BUILD_TYPE", "MPI_C_COMPILER"}


def read(path):
    with open(path) as file:
        return file.read()


def cmake_text(comments=False):
    """The top of CMake's files, and what it includes."""
    paths = [os.path.join(SOURCE, "CMakeLists.txt"), *sorted(glob.glob(os.path.join(SOURCE, "cmake/*.cmake")))]
    text = "\n".join(read(path) for path in paths)
    return text if comments else re.sub(r"#.*", "", text)


def cmake_dependencies():
    """{name: (floor or None, whether zmqreport needs it)}. A parallel HDF5 needs MPI, and it is
    looked for before, but zmqreport itself does not."""
    both, marker, sweep = cmake_text(comments=True).partition("# ---- zmqsweep\n")
    assert marker, "cmake/dependencies.cmake has no line '# ---- zmqsweep'"
    found = {}
    for text, of_report in ((both, True), (sweep, False)):
        calls = re.findall(r"find_package\((\w+)(?: (\d[\d.]*))?"
                           r"|pkg_check_modules\(.* ([a-z]+)(?:>=([\d.]+))?\)"
                           r"|zmqsweep_module\([A-Z]+ (\w+)(?: ([\d.]+))?\)", text)
        for call in calls:
            name, floor = [call[i] or call[i + 2] or call[i + 4] for i in (0, 1)]
            checked = re.search(rf"\b{name}(?:_C)?_VERSION VERSION_LESS ([\d.]+)", both + sweep)
            if name not in COMES_WITH_CMAKE:
                found[name] = (floor or (checked and checked[1]) or None, of_report and name != "MPI")
    return found


def cmake_version():
    return re.search(r"project\(zmqsweep VERSION ([\d.]+)", cmake_text())[1]


def cmake_floor():
    return re.search(r"cmake_minimum_required\(VERSION ([\d.]+)", cmake_text())[1]


def cmake_options():
    declared = re.findall(r"(?:option\(|set\()(ZMQSWEEP_\w+)(?= [^)]*(?:CACHE|ON\)|OFF\)))", cmake_text())
    return set(declared) | OF_CMAKE


def cmake_components():
    return {name for name in re.findall(r"COMPONENT ([\w${}]+)", cmake_text()) if "$" not in name} | {"zmqreport"}


def number(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def options_named(text):
    """{option: value} of the -D in a text."""
    return dict(re.findall(r"-D(\w+)(?::\w+)?=([\w${}.{ }]+?)(?=[\s\"']|$)", text))


def logical_lines(text):
    return re.sub(r"\\\n", " ", text)


class Everywhere(unittest.TestCase):
    def test_names_of_every_dependency_are_known(self):
        self.assertEqual(set(cmake_dependencies()), set(NAMES))

    def test_options_exist(self):
        for path in [*EASYCONFIGS, CONDA, os.path.join(PACKAGING, "Containerfile"),
                     os.path.join(PACKAGING, "zmqsweep.def")]:
            with self.subTest(os.path.basename(path)):
                named = options_named(read(path))
                self.assertIn("BUILD_TESTING", named)
                self.assertIn("ZMQSWEEP_REPORT_ONLY", named)
                self.assertLessEqual(set(named), cmake_options())

    def test_placeholders_are_filled_in(self):
        with tempfile.TemporaryDirectory() as folder:
            tarball = os.path.join(folder, "release.tar.gz")
            with open(tarball, "w") as file:
                file.write("release")
            fill = [os.path.join(PACKAGING, "fill.sh"), tarball, "https://example.org/zmqsweep/", "someone"]
            subprocess.run([*fill, os.path.join(folder, "out")], check=True)
            filled = read(SPACK.replace(PACKAGING, os.path.join(folder, "out")))
            self.assertIn('"https://example.org/zmqsweep"', filled)
            self.assertIn(hashlib.sha256(b"release").hexdigest(), filled)
            wrong = subprocess.run([*fill[:2], "example.org", "someone", folder], stderr=subprocess.PIPE, text=True)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn("https://", wrong.stderr)


class Spack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package, cls.declared, cls.calls = load_spack(SPACK)

    def make(self, prefix="", **variants):
        made = self.package()
        assert isinstance(made, CMakePackage)
        mpirun = shutil.which("mpirun")
        made.prefix = Folder(prefix)
        made.spec = Spec({"report_only": False, "docs": True, **variants}, Version(cmake_version()),
                         {"mpi": os.path.dirname(mpirun) if mpirun else "/nowhere"})
        self.calls.clear()
        return made

    def test_version(self):
        versions = [args[0] for args, _, _ in self.declared.of("version")]
        self.assertEqual([v for v in versions if v != "main"], [cmake_version()])
        self.assertIn(f"v{cmake_version()}/zmqsweep-{cmake_version()}.tar.gz", self.package.url)

    def test_dependencies_and_floors_are_those_of_cmake(self):
        declared = {}
        for args, options, when in self.declared.of("depends_on"):
            if "type" not in options and "~" not in args[0]:
                name, _, floor = args[0].partition("@")
                declared[name] = (floor.rstrip(":") or None, when == [])
                self.assertIn(when, ([], ["~report_only"]))
        # A virtual package has no version of its own here: what is too old is in a conflict.
        least = cmake_dependencies()["ZLIB"][0]
        before, last = least.rsplit(".", 1)
        self.assertEqual([args[0] for args, _, _ in self.declared.of("conflicts")],
                         [f"^zlib@:{before}.{int(last) - 1}"])
        wanted = {NAMES[name]["spack"]: facts for name, facts in cmake_dependencies().items()}
        wanted["zlib-api"] = (None, wanted["zlib-api"][1])
        self.assertEqual(declared, wanted)

    def test_build_dependencies(self):
        build = {args[0] for args, options, _ in self.declared.of("depends_on") if options.get("type") == "build"}
        self.assertEqual(build, {"c", f"cmake@{cmake_floor()}:", "pkgconfig"})

    def test_options_and_variants(self):
        self.assertEqual({args[0] for args, _, _ in self.declared.of("variant")}, {"report_only", "docs", "plots"})
        named = options_named(" ".join(self.make(report_only=True).cmake_args()))
        self.assertEqual(named, {"ZMQSWEEP_REPORT_ONLY": "ON", "BUILD_TESTING": "OFF"})
        self.assertLessEqual(set(named), cmake_options())

    def test_components(self):
        for variants, wanted in (({}, {"zmqreport", "zmqsweep", "doc"}), ({"docs": False}, {"zmqreport", "zmqsweep"}),
                                 ({"report_only": True}, {"zmqreport", "doc"})):
            made = self.make(**variants)
            made.install(made.spec, made.prefix)
            self.assertEqual({call[-1] for call in self.calls}, wanted)
        self.assertEqual(cmake_components(), {"zmqreport", "zmqsweep", "doc"})

    def test_stand_alone_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            install(self, folder)
            made = self.make(folder)
            made.test_version()
            self.assertRaises(SkipTest, self.make(folder, report_only=True).test_sweep)
            os.environ.update(ROOT_MAY)
            here = os.getcwd()
            os.chdir(folder)
            try:
                made.test_sweep()
            finally:
                os.chdir(here)


class EasyBuild(unittest.TestCase):
    def test_parameters(self):
        self.assertEqual({load_easyconfig(path)["toolchain"]["name"] for path in EASYCONFIGS}, {"gompi", "gmpich"})
        for path in EASYCONFIGS:
            with self.subTest(os.path.basename(path)):
                config = load_easyconfig(path)
                chain = config["toolchain"]
                name = f"{config['name']}-{config['version']}-{chain['name']}-{chain['version']}.eb"
                self.assertEqual(os.path.basename(path), name)
                self.assertEqual(config["version"], cmake_version())
                self.assertEqual(options_named(config["configopts"])["ZMQSWEEP_REPORT_ONLY"], "OFF")
                self.assertGreaterEqual(number(dict(config["builddependencies"])["CMake"]), number(cmake_floor()))

    def test_dependencies_are_those_of_cmake_and_new_enough(self):
        for path in EASYCONFIGS:
            with self.subTest(os.path.basename(path)):
                versions = {name: version for name, version, *_ in load_easyconfig(path)["dependencies"]}
                facts = {NAMES[name]["easybuild"]: floor for name, (floor, _) in cmake_dependencies().items()}
                del facts[None]
                self.assertEqual(set(versions), set(facts))
                for name, floor in facts.items():
                    self.assertGreaterEqual(number(versions[name]), number(floor or "0"), name)

    def test_what_is_looked_for_is_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            install(self, folder)
            for path in EASYCONFIGS:
                config = load_easyconfig(path)
                for name in config["sanity_check_paths"]["files"]:
                    self.assertTrue(os.path.isfile(os.path.join(folder, name)), name)
                for name in config["sanity_check_paths"]["dirs"]:
                    self.assertTrue(os.path.isdir(os.path.join(folder, name)), name)
                for command in config["sanity_check_commands"]:
                    run_installed(command, folder)


class Conda(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            import yaml
        except ImportError as absent:
            raise unittest.SkipTest(f"conda's recipes are not read: {absent}") from absent
        cls.recipe = yaml.safe_load(read(CONDA))
        cls.outputs = {output["package"]["name"]: output for output in cls.recipe["outputs"]}
        cls.inih = yaml.safe_load(read(os.path.join(PACKAGING, "conda/inih/recipe.yaml")))
        cls.variants = yaml.safe_load(read(os.path.join(PACKAGING, "conda/zmqsweep/conda_build_config.yaml")))

    def test_version_and_variants(self):
        self.assertEqual(self.recipe["context"]["version"], cmake_version())
        self.assertEqual(self.variants, {"mpi": ["mpich", "openmpi"]})
        for recipe in (self.recipe, self.inih):
            self.assertEqual(recipe["schema_version"], 1)
            self.assertTrue({"license", "license_file", "summary", "homepage"} <= set(recipe["about"]))

    def test_dependencies_are_those_of_cmake(self):
        for program, output in self.outputs.items():
            facts = cmake_dependencies().items()
            wanted = {NAMES[name]["conda"] for name, (_, report) in facts if report or program == "zmqsweep"}
            host = {re.match(r"\$\{\{ \w+ \}\}|\S+", line)[0] for line in output["requirements"]["host"]}
            self.assertEqual(host, wanted, program)
        self.assertEqual(set(self.outputs), {"zmqsweep", "zmqreport"})

    def test_builds(self):
        for program, only in (("zmqsweep", "OFF"), ("zmqreport", "ON")):
            script = " ".join(self.outputs[program]["build"]["script"])
            self.assertEqual(options_named(script)["ZMQSWEEP_REPORT_ONLY"], only)
        self.assertIn("--component zmqsweep", " ".join(self.outputs["zmqsweep"]["build"]["script"]))

    def test_what_is_looked_for_is_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            install(self, folder)
            for output in self.outputs.values():
                contents, script = (test[kind] for test, kind in zip(output["tests"], ("package_contents", "script")))
                for name in [*contents["files"], *(f"bin/{name}" for name in contents["bin"])]:
                    self.assertTrue(os.path.isfile(os.path.join(folder, name)), name)
                for command in script if isinstance(script, list) else script["content"]:
                    run_installed(command, folder)


class Containers(unittest.TestCase):
    def texts(self):
        return {name: logical_lines(read(os.path.join(PACKAGING, name))) for name in ("Containerfile", "zmqsweep.def")}

    def test_packages_are_those_of_the_job_scripts(self):
        # "build A | B": the first of them.
        wanted = set(re.findall(r"^build (\S+)", read(PACKAGES), re.M))
        for name, text in self.texts().items():
            listed = re.search(r"--no-install-recommends\s+(cmake .*?)\n", text)[1]
            listed = re.sub(r'"?lib(\$\{MPI\}|\{\{ MPI \}\})-dev"?', "libopenmpi-dev", listed)
            self.assertEqual(set(listed.split()), wanted, name)

    def test_both_build_the_same(self):
        containerfile, definition = (re.sub(r"\$\{(\w+)\}", r"{{ \1 }}", t) for t in self.texts().values())
        self.assertEqual(options_named(containerfile), options_named(definition))
        self.assertEqual(re.findall(r"--prefix (\S+)", containerfile), re.findall(r"--prefix (\S+)", definition))

    def test_version(self):
        for name, text in self.texts().items():
            self.assertEqual(re.search(r'[Vv]ersion[ =]"?([\d.]+)', text)[1], cmake_version(), name)


ROOT_MAY = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}


def install(case, folder):
    """The finished build in `folder`, or the test is skipped."""
    if not os.path.exists(os.path.join(BUILD, "zmqsweep")):
        case.skipTest(f"{BUILD} has no zmqsweep")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", folder], check=True, stdout=subprocess.DEVNULL)


def run_installed(command, folder):
    environment = {**os.environ, **ROOT_MAY, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
