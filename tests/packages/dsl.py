"""As much of Spack's and EasyBuild's languages as a recipe of this project uses: it is executed, and
what it declares is kept. Its programs are started for real."""
import contextlib
import os
import re
import subprocess
import sys
import types


class SkipTest(Exception):
    """What Spack's tests raise where they cannot run."""


class Executable:
    """A program, called with its arguments, as Spack's."""

    def __init__(self, path):
        self.path, self.environment = path, {}

    def add_default_env(self, name, value):
        self.environment[name] = value

    def __call__(self, *args, output=None, error=None):
        wants_text = output is not None or error is not None
        done = subprocess.run([self.path, *args], env={**self.environment, **os.environ}, check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout if wants_text else None


class Spec:
    """The concrete package: its boolean variants, and the prefixes that tests ask for."""

    def __init__(self, variants, version, prefixes):
        self.variants, self.version, self.prefixes = variants, version, prefixes

    def satisfies(self, text):
        wanted = re.fullmatch(r"([+~])(\w+)", text)
        return self.variants[wanted[2]] == (wanted[1] == "+")

    def __getitem__(self, name):
        return types.SimpleNamespace(prefix=types.SimpleNamespace(bin=self.prefixes[name]))


class Version(str):
    def isdevelop(self):
        return self == "main"


class Folder(str):
    """A folder whose files are attributes, as Spack's prefixes."""

    def __getattr__(self, name):
        return Folder(os.path.join(self, name))


def which(*names, path=None, required=False):
    for name in names:
        found = os.path.join(path, name) if path else name
        if os.access(found, os.X_OK):
            return Executable(found)
    if required:
        raise FileNotFoundError(names[0])
    return None


class Declared:
    """What a package.py declares: directives by name, each with arguments and its conditions."""

    def __init__(self):
        self.directives, self.conditions = [], []

    def directive(self, name):
        def record(*args, **options):
            when = [*self.conditions, *([options.pop("when")] if "when" in options else [])]
            self.directives.append((name, args, options, when))
        return record

    @contextlib.contextmanager
    def when(self, condition):
        self.conditions.append(condition)
        yield
        self.conditions.pop()

    def of(self, name):
        return [(args, options, when) for kind, args, options, when in self.directives if kind == name]


class CMakePackage:
    """The methods that a package.py calls on itself."""

    run_tests = False
    build_directory = "build"

    def define(self, name, value):
        return f"-D{name}:BOOL={'ON' if value else 'OFF'}"

    def define_from_variant(self, name, variant):
        return self.define(name, self.spec.variants[variant])


@contextlib.contextmanager
def nothing(*_args, **_options):
    yield


def load_spack(path):
    """The package's class, what it declares, and the calls that its phases make of cmake and ctest."""
    declared, calls = Declared(), []
    words = {name: declared.directive(name) for name in
             ("version", "variant", "depends_on", "conflicts", "maintainers", "license", "generator")}
    words.update(when=declared.when, test_part=nothing, working_dir=nothing, which=which, SkipTest=SkipTest,
                 join_path=os.path.join, CMakePackage=CMakePackage,
                 cmake=lambda *args: calls.append(("cmake", *args)),
                 ctest=lambda *args: calls.append(("ctest", *args)))
    for name in ("spack", "spack.package", "spack_repo", "spack_repo.builtin", "spack_repo.builtin.build_systems",
                 "spack_repo.builtin.build_systems.cmake"):
        sys.modules[name] = types.ModuleType(name)
    cmake_words = ("CMakePackage", "generator")
    vars(sys.modules["spack_repo.builtin.build_systems.cmake"]).update({w: words[w] for w in cmake_words})
    vars(sys.modules["spack.package"]).update({w: v for w, v in words.items() if w not in cmake_words})
    names = {"str": str}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), names)
    return names["Zmqsweep"], declared, calls


def load_easyconfig(path):
    """The parameters of an easyconfig; local_ variables are its own."""
    names = {"SOURCE_TAR_GZ": "%(name)s-%(version)s.tar.gz", "SYSTEM": {"name": "system", "version": "system"},
             "SHLIB_EXT": "so"}
    constants = set(names)
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), names)
    return {name: value for name, value in names.items()
            if name not in constants and not name.startswith(("local_", "__"))}
