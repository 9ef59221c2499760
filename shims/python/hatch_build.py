"""Makes the wheel carry libbrickwork.so.1 as built, without debug information, and the schemas.

BRICKWORK_LIBRARY names another library than build/release/lib/libbrickwork.so.1 of this checkout.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "libbrickwork.so.1"


class CarryLibrary(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # finds the library by BRICKWORK_LIBRARY or the system's loader
            return
        checkout = Path(self.root).resolve().parents[1]
        library = Path(os.environ.get("BRICKWORK_LIBRARY") or checkout / "build/release/lib" / NAME).resolve()
        if not library.is_file():
            raise FileNotFoundError(
                f"{library} is not there; build it first (cmake --preset release && cmake --build --preset release "
                "--target brickwork), or name one in BRICKWORK_LIBRARY"
            )
        self._folder = tempfile.TemporaryDirectory()
        carried = Path(self._folder.name) / NAME
        strip = shutil.which("strip")
        if strip:  # a tenth of the size
            subprocess.run([strip, "--strip-unneeded", "-o", carried, library], check=True)  # noqa: S603
        else:
            shutil.copy(library, carried)
        build_data["force_include"][str(carried)] = f"brickwork/lib/{NAME}"
        for schema in sorted((checkout / "abi/schema").glob("*.json")):
            build_data["force_include"][str(schema)] = f"brickwork/schema/{schema.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-linux_{platform.machine()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
