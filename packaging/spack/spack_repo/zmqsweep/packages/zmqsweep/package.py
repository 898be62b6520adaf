# Copyright Spack Project Developers. See COPYRIGHT file for details.
#
# SPDX-License-Identifier: (Apache-2.0 OR MIT)

# The names are those of spack/spack-packages, in repos/spack_repo/builtin/:
#   build_systems/cmake.py 00c4ee0e7b66     packages/hdf5 0cd1d4663ba3 (zlib-api, pkgconfig, tests)
#   packages/libzmq        6d843561babf     packages/hwloc 324f5875e58d
#   packages/ior           b0b433e3d39d     packages/osu_micro_benchmarks 00caeea401b3
# and of spack/spack, in var/spack/repos/builtin/packages/:
#   jansson 124e3ad00127    libinih 133d95f0b69e    cmocka 036681685489

from spack_repo.builtin.build_systems.cmake import CMakePackage, generator

from spack.package import *

# packaging/fill.sh puts the place of publication here, and the sum of the release below.
ADDRESS = "@ADDRESS@"


class Zmqsweep(CMakePackage):
    """zmqsweep measures the throughput and latency of ZeroMQ between the ranks of an MPI job. One
    job sweeps socket patterns, message sizes, send modes, queue lengths and numbers of pairs, and
    writes every measurement to one HDF5 file. zmqreport prints tables of it, draws plots and
    compares versions."""

    homepage = ADDRESS
    url = f"{ADDRESS}/releases/download/v0.3.0/zmqsweep-0.3.0.tar.gz"
    git = f"{ADDRESS}.git"

    maintainers("@MAINTAINER@")

    license("MIT", checked_by="@MAINTAINER@")

    version("main", branch="main")
    version("0.3.0", sha256="@SHA256@")

    variant("report_only", default=False, description="Build zmqreport alone, without MPI")
    variant("plots", default=False, description="Install gnuplot, which draws zmqreport's plots")
    variant("docs", default=True, description="Install the guide and the reference pages")

    generator("ninja", "make", default="ninja")

    depends_on("c", type="build")
    depends_on("cmake@3.18:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("cmocka", type="test")

    # One rank writes the file: a serial HDF5 does, and the default one, with MPI, does as well.
    depends_on("hdf5@1.10.2:")
    depends_on("hdf5~mpi", when="+report_only")
    depends_on("jansson@2.4:")
    depends_on("zlib-api")
    conflicts("^zlib@:1.2.8", msg="zmqsweep needs crc32_z, which zlib has since 1.2.9")

    with when("~report_only"):
        depends_on("mpi@3.1:")
        depends_on("libzmq@4.3.1:")
        depends_on("hwloc@2.0:")
        depends_on("libinih")

    # zmqreport starts the gnuplot that it finds when a plot is asked for.
    depends_on("gnuplot", type="run", when="+plots")

    def cmake_args(self):
        return [
            self.define_from_variant("ZMQSWEEP_REPORT_ONLY", "report_only"),
            self.define("BUILD_TESTING", self.run_tests),
        ]

    def install(self, spec, prefix):
        components = ["zmqreport"]
        if spec.satisfies("~report_only"):
            components.append("zmqsweep")
        if spec.satisfies("+docs"):
            components.append("doc")
        for component in components:
            cmake("--install", self.build_directory, "--component", component)

    def check(self):
        """The unit tests: the others start MPI jobs, and need Python with h5py and pandas."""
        with working_dir(self.build_directory):
            ctest("--output-on-failure", "--label-regex", "unit")

    def test_version(self):
        """the programs say the version that was installed"""
        programs = ["zmqreport"]
        if self.spec.satisfies("~report_only"):
            programs.append("zmqsweep")
        for name in programs:
            with test_part(self, f"test_version_{name}", purpose=f"version of {name}"):
                program = which(join_path(self.prefix.bin, name), required=True)
                output = program("--version", output=str.split, error=str.split)
                if not self.spec.version.isdevelop():
                    assert str(self.spec.version) in output

    def test_sweep(self):
        """a short sweep of a coordinator and a pair, and its table"""
        if self.spec.satisfies("+report_only"):
            raise SkipTest("zmqsweep is not installed")
        mpirun = which("mpirun", path=self.spec["mpi"].prefix.bin)
        if mpirun is None:
            raise SkipTest("this MPI has no mpirun")
        # Open MPI starts more ranks than cores only if told, version 4 by the first and 5 by the
        # second; MPICH does.
        mpirun.add_default_env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        mpirun.add_default_env("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe")
        zmqsweep = join_path(self.prefix.bin, "zmqsweep")
        mpirun("-n", "3", zmqsweep, "--short", "--size", "64", "--output", "short.h5")
        zmqreport = which(self.prefix.bin.zmqreport, required=True)
        output = zmqreport("show", "short.h5", output=str.split, error=str.split)
        assert "throughput" in output and "64 B" in output
