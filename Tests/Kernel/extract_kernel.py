"""Writes the uncompressed kernel that is inside a bzImage: extract_kernel.py BZIMAGE FILE"""
import subprocess
import sys

# How each compression begins, and what undoes it. The same bytes may also occur by chance.
COMPRESSIONS = (
    (b"\xfd7zXZ\0", ["xz", "-dcq"]),
    (b"\x28\xb5\x2f\xfd", ["zstd", "-dcq"]),
    (b"\x1f\x8b\x08", ["gzip", "-dcq"]),
    (b"\x02\x21\x4c\x18", ["lz4", "-dcq"]),
)


def kernel_in(image):
    """The ELF file inside a bzImage, or None."""
    for beginning, command in COMPRESSIONS:
        at = image.find(beginning)
        while at >= 0:
            try:
                done = subprocess.run(command, input=image[at:], capture_output=True, check=False)
            except FileNotFoundError:
                break
            if done.stdout.startswith(b"\x7fELF"):
                return done.stdout
            at = image.find(beginning, at + 1)
    return None


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as image:
        kernel = kernel_in(image.read())
    if kernel is None:
        sys.exit(f"{sys.argv[1]}: there is no kernel in it that xz, zstd, gzip or lz4 can unpack")
    with open(sys.argv[2], "wb") as file:
        file.write(kernel)
