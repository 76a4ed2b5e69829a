#!/usr/bin/env python3
"""Makes the files in `files/`: python3 make.py (needs Pillow 11.3 or later, pillow-heif, and exiftool)."""

import io
import struct
import subprocess
import zlib
from pathlib import Path

import pillow_heif
from PIL import Image, ImageChops, ImageCms, ImageDraw, PngImagePlugin

pillow_heif.register_heif_opener()

OUT = Path(__file__).parent / "files"
OUT.mkdir(exist_ok=True)
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 60), (40, 60, 200), (245, 245, 245)


def scene(width, height):
    """A picture whose top left corner is red, top right green, bottom left blue, bottom right white."""
    image = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill=BLUE)
    return image


def noise(width, height):
    return Image.effect_noise((width, height), 60).convert("RGB")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def header(width, height, depth=8, colour=2, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def save(name, data):
    (OUT / name).write_bytes(data)


upright = scene(96, 64)
# How the pixels of an upright picture lie in a file of each orientation (EXIF 2.32, tag 0x0112).
LAID = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
for orientation, how in LAID.items():
    exif = Image.Exif()
    exif[0x0112] = orientation
    (upright.transpose(how) if how is not None else upright).save(
        OUT / f"orientation-{orientation}.jpg", quality=80, exif=exif)

turned = Image.Exif()
turned[0x0112] = 6
upright.transpose(LAID[6]).save(OUT / "orientation-6.png", exif=turned, optimize=True)
upright.transpose(LAID[6]).save(OUT / "orientation-6.webp", exif=turned, quality=60)

upright.save(OUT / "gps.jpg", quality=80)
subprocess.run(
    ["exiftool", "-q", "-overwrite_original", "-GPSLatitude=48.2082", "-GPSLatitudeRef=N", "-GPSLongitude=16.3738",
     "-GPSLongitudeRef=E", "-XMP-dc:Creator=SecretName", "-IPTC:City=SecretCity", "-Comment=SecretComment",
     str(OUT / "gps.jpg")], check=True)


def sixteen_bits(alpha):
    row = b"\0" + struct.pack(">HHHH", RED[0] * 257, RED[1] * 257, RED[2] * 257, alpha) * 20
    return png(header(20, 16, depth=16, colour=6), chunk(b"IDAT", zlib.compress(row * 16, 9)))


save("opaque-16.png", sixteen_bits(65535))
save("clear-16.png", sixteen_bits(32768))

clear = upright.convert("RGBA")
clear.putalpha(Image.linear_gradient("L").resize(clear.size))
clear.save(OUT / "alpha.png", optimize=True)
upright.convert("RGBA").save(OUT / "opaque-rgba.png", optimize=True)
clear.save(OUT / "alpha.webp", quality=50)
upright.save(OUT / "lossless.webp", lossless=True)
upright.save(OUT / "lossy.webp", quality=60)
Image.new("I;16", (40, 30), 40000).save(OUT / "grey-16.png")
upright.save(OUT / "plain.png", optimize=True)
upright.convert("P", palette=Image.Palette.ADAPTIVE, colors=16).save(OUT / "still.gif")

frames = [scene(48, 32).rotate(90 * turn) for turn in range(3)]
for name in ("moving.gif", "moving.webp", "moving.png"):
    frames[0].save(OUT / name, save_all=True, append_images=frames[1:], duration=100, loop=0)

upright.convert("CMYK").save(OUT / "cmyk.jpg", quality=80)
upright.save(OUT / "progressive.jpg", quality=80, progressive=True)
upright.convert("L").save(OUT / "grey.jpg", quality=80)


def grey_profile():
    """The smallest grey profile that libraries take: a header, a white point and a tone curve."""
    tags = [(b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)),
            (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) + b"\0\0")]
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


upright.save(OUT / "grey-profile.jpg", quality=80, icc_profile=grey_profile())
upright.save(OUT / "srgb-profile.jpg", quality=80, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())

textured = io.BytesIO()
noise(200, 150).save(textured, "JPEG", quality=40)
data = textured.getvalue()
save("textured.jpg", data)
save("cut-in-half.jpg", data[: len(data) // 2])
save("no-end-marker.jpg", data[:-2])
save("header-only.jpg", data[: data.index(b"\xff\xda")])
save("signature-only.jpg", b"\xff\xd8\xff\xe0" + bytes(60))
save("polyglot.jpg", data + b"PK\x03\x04" + b"payload" * 20)

save("huge.png", png(header(30000, 30000, depth=1, colour=0), chunk(b"IDAT", zlib.compress(bytes(3751 * 100), 9))))
save("text-bomb.png", png(
    header(8, 8), chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * (40 << 20), 9)),
    chunk(b"IDAT", zlib.compress(bytes(25 * 8)))))
info = PngImagePlugin.PngInfo()
info.add_text("Description", "<script>alert(1)</script> " * 20, zip=True)
upright.save(OUT / "text.png", optimize=True, pnginfo=info)
save("interlaced-huge.png", png(header(6000, 6000, interlace=1), chunk(b"IDAT", zlib.compress(bytes(64)))))
save("cut.png", (OUT / "plain.png").read_bytes()[:120])

jpeg = bytearray((OUT / "progressive.jpg").read_bytes())
frame = jpeg.index(b"\xff\xc2")
jpeg[frame + 5: frame + 9] = struct.pack(">HH", 12000, 3200)
save("progressive-huge.jpg", bytes(jpeg))
start = (OUT / "progressive.jpg").read_bytes()
save("many-scans.jpg", start[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00" * 150 + b"\xff\xd9")

save("text.jpg", b"This is a plain text file with a picture's name.\n" * 4)
save("page.jpg", b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>\n")
save("empty.jpg", b"")
save("picture.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script/></svg>\n')
scene(48, 32).save(OUT / "picture.avif", quality=50)
upright.save(OUT / "picture.heic", quality=40)
upright.transpose(LAID[6]).save(OUT / "turned.avif", quality=40, exif=turned)
frames[0].save(OUT / "moving.avif", save_all=True, append_images=frames[1:], duration=100, quality=40)
scene(48, 32).save(OUT / "picture.tiff", compression="tiff_lzw")

(OUT / "gps-alpha.png").unlink(missing_ok=True)
# Colours. A profile of its own, one that breaks off, and inks that are stored in other ways.
subprocess.run(["vips", "icc_transform", str(OUT / "plain.png"), str(OUT / "p3-profile.jpg"), "p3",
                "--input-profile", "srgb"], check=True)
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
upright.save(OUT / "cut-profile.jpg", quality=80, icc_profile=profile[:200])
upright.save(OUT / "cut-profile.png", optimize=True, icc_profile=profile[:200])


def ycck():
    """Luma and chroma of the inks' complements, and black: Adobe's transform 2."""
    luma, blue, red = ImageChops.invert(upright).convert("YCbCr").split()
    bands = [band.point(lambda value: 255 - value) for band in (luma, blue, red)]
    data = io.BytesIO()
    Image.merge("CMYK", bands + [Image.new("L", upright.size, 0)]).save(data, "JPEG", quality=90)
    jpeg = bytearray(data.getvalue())
    jpeg[jpeg.index(b"Adobe") + 11] = 2
    return bytes(jpeg)


save("ycck.jpg", ycck())
upright.save(OUT / "restart.jpg", quality=80, restart_marker_rows=1)
grey = upright.convert("L").convert("LA")
grey.putalpha(Image.linear_gradient("L").resize(grey.size))
grey.save(OUT / "grey-alpha.png", optimize=True)
palette = upright.convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
palette.save(OUT / "palette-clear.png", optimize=True, transparency=palette.getpixel((2, 2)))
palette.save(OUT / "clear.gif", transparency=palette.getpixel((2, 2)))
upright.convert("L").save(OUT / "grey-clear.png", optimize=True, transparency=upright.convert("L").getpixel((2, 2)))
upright.convert("1", dither=Image.Dither.NONE).save(OUT / "one-bit.png", optimize=True)
subprocess.run(["vips", "pngsave", str(OUT / "plain.png"), str(OUT / "interlaced.png"), "--interlace", "--strip"],
               check=True)


def turned_heic(picture):
    """Stored a quarter turn to the right, with the property that turns it back (ISO/IEC 23008-12, `irot`)."""
    data = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_270).save(data, "HEIF", quality=80)
    heic = bytearray(data.getvalue())

    def grow(name, count):
        start = heic.index(name) - 4
        struct.pack_into(">I", heic, start, struct.unpack_from(">I", heic, start)[0] + count)
        return start

    turn = struct.pack(">I4sB", 9, b"irot", 1)
    associations = grow(b"ipma", 1)
    # One item, which has four properties.
    heic[associations + 18] += 1
    end = associations + struct.unpack_from(">I", heic, associations)[0] - 1
    heic[end:end] = bytes([0x80 | heic[associations + 18]])
    properties = grow(b"ipco", len(turn))
    end = properties + struct.unpack_from(">I", heic, properties)[0] - len(turn)
    heic[end:end] = turn
    for name in (b"iprp", b"meta"):
        grow(name, len(turn) + 1)
    location = heic.index(b"iloc") + 22
    struct.pack_into(">I", heic, location, struct.unpack_from(">I", heic, location)[0] + len(turn) + 1)
    return bytes(heic)


save("turned.heic", turned_heic(upright))

subprocess.run(
    ["exiftool", "-q", "-o", str(OUT / "gps-alpha.png"), "-GPSLatitude=48.2082", "-GPSLatitudeRef=N",
     "-GPSLongitude=16.3738", "-GPSLongitudeRef=E", "-Make=SecretCamera", "-XMP-dc:Creator=SecretName",
     str(OUT / "alpha.png")], check=True)
