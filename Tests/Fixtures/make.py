#!/usr/bin/env python3
"""Makes the files in `files/`: python3 make.py (needs Pillow 11.3 or later, pillow-heif, segno, and exiftool)."""

import io
import math
import struct
import subprocess
import zlib
from pathlib import Path

import pillow_heif
import segno
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


def sticker(shift):
    """A face with soft edges on nothing."""
    image = Image.new("RGBA", (480, 480))
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 120 + shift, 360, 360 + shift), fill=(255, 210, 40))
    for left in (180, 270):
        draw.ellipse((left, 180 + shift, left + 30, 210 + shift), fill=(30, 30, 30))
    draw.arc((180, 180 + shift, 300, 300 + shift), 20, 160, fill=(160, 20, 20), width=12)
    return image.resize((240, 240), Image.Resampling.LANCZOS)


stickers = [sticker(round(96 * math.sin(turn / 24 * math.tau))) for turn in range(24)]
stickers[0].save(OUT / "sticker.webp", save_all=True, append_images=stickers[1:], duration=40, quality=75,
                 method=4)


def corner_gif(name, frames):
    """Frames of 48×32 at the top left of a screen of 96×64, none of them transparent."""
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0, disposal=1)
    gif = bytearray(data.getvalue())
    struct.pack_into("<HH", gif, 6, 96, 64)
    save(name, bytes(gif))


corner_gif("corner.gif", frames[:1])
corner_gif("moving-corner.gif", frames)

upright.convert("CMYK").save(OUT / "cmyk.jpg", quality=80)
upright.save(OUT / "progressive.jpg", quality=80, progressive=True)
upright.convert("L").save(OUT / "grey.jpg", quality=80)


def grey_profile(gamma=2.2):
    """The smallest grey profile that libraries take: a header, a white point and a tone curve."""
    tags = [(b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)),
            (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0")]
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


upright.save(OUT / "grey-profile.jpg", quality=80, icc_profile=grey_profile())
linear = Image.new("L", (40, 30), 128)
linear.save(OUT / "linear-grey.jpg", quality=80, icc_profile=grey_profile(gamma=1))
linear.save(OUT / "linear-grey.png", optimize=True, icc_profile=grey_profile(gamma=1))
linear.save(OUT / "cut-grey-profile.jpg", quality=80, icc_profile=grey_profile()[:140])
upright.save(OUT / "srgb-profile.jpg", quality=80, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())

textured = io.BytesIO()
noise(200, 150).save(textured, "JPEG", quality=40)
data = textured.getvalue()
save("textured.jpg", data)
save("cut-in-half.jpg", data[: len(data) // 2])
save("no-end-marker.jpg", data[:-2])
save("cut-and-ended.jpg", data[: len(data) // 2] + data[-2:])
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
plain = bytearray((OUT / "plain.png").read_bytes())
plain[plain.index(b"IDAT") + 20] ^= 0x10
save("flipped.png", bytes(plain))
save("cut.webp", (OUT / "lossy.webp").read_bytes()[:100])

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
p3 = (OUT / "p3-profile.jpg").read_bytes()
# A colour curve of a kind that there is not.
save("damaged-curve.jpg", p3.replace(b"curv", b"vruc", 1))
p3_profile = Image.open(OUT / "p3-profile.jpg").info["icc_profile"]
for name in ("moving-p3.webp", "moving-p3.png"):
    extra = {"lossless": True} if name.endswith("webp") else {}
    frames[0].save(OUT / name, save_all=True, append_images=frames[1:], duration=100, icc_profile=p3_profile, **extra)
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


def screenshot():
    """Lines of coloured letters, and one rounded corner."""
    image = Image.new("RGBA", (320, 200), WHITE + (255,))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 160, 100), fill=RED + (255,))
    draw.rectangle((160, 0, 320, 100), fill=GREEN + (255,))
    for row in range(14):
        colour = [(200, 0, 0), (0, 0, 220), (0, 140, 0)][row % 3]
        draw.text((4, row * 14), "the quick brown fox jumps over the lazy dog again", fill=colour + (255,))
    image.putpixel((319, 199), (0, 0, 0, 0))
    return image


screenshot().save(OUT / "screenshot.png", optimize=True)
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


# What phones and editors put into pictures: places, names, serial numbers, thumbnails, and files behind the picture.
XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
       b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
       b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,12.49N" exif:GPSLongitude="16,22.43E">'
       b'<dc:creator><rdf:Seq><rdf:li>SecretName</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>')
# Stands in for a phone's video, which comes as a whole file of its own.
VIDEO = struct.pack(">I4s4sI4s", 20, b"ftyp", b"mp42", 0, b"mp42") + struct.pack(">I4s", 40, b"mdat") + b"SecretVideo".ljust(32)


def directory(offset, entries, following=0):
    """One TIFF directory at `offset`; entries are (tag, type, count, bytes), sorted by tag."""
    fixed, extra = b"", b""
    beyond = offset + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) <= 4:
            field = value.ljust(4, b"\0")
        else:
            field = struct.pack(">I", beyond + len(extra))
            extra += value + b"\0" * (len(value) % 2)
        fixed += struct.pack(">HHI", tag, kind, count) + field
    return struct.pack(">H", len(entries)) + fixed + struct.pack(">I", following) + extra


def text(tag, value):
    return (tag, 2, len(value) + 1, value + b"\0")


def long(tag, value):
    return (tag, 4, 1, struct.pack(">I", value))


def degrees(tag, *parts):
    return (tag, 5, 3, b"".join(struct.pack(">II", round(part * 100), 100) for part in parts))


def phone_exif():
    """EXIF as a phone writes it, the maker's note being a blob that only its maker understands."""
    small = io.BytesIO()
    scene(16, 12).save(small, "JPEG", quality=30)
    thumbnail = small.getvalue()
    note = b"SecretMaker\0\0\0\1" + b"SecretSerial 0042 " * 8

    def build(camera, position, second, picture):
        first = directory(8, [
            text(0x010F, b"SecretCamera"), text(0x0110, b"Phone 1"), (0x0112, 3, 1, struct.pack(">H", 6)),
            text(0x0132, b"2024:05:06 07:08:09"), long(0x8769, camera), long(0x8825, position)], second)
        exif = directory(camera, [
            text(0x9003, b"2024:05:06 07:08:09"), (0x927C, 7, len(note), note),
            (0x9286, 7, 21, b"ASCII\0\0\0SecretComment"), text(0xA431, b"SecretSerial")])
        gps = directory(position, [
            (0x0000, 1, 4, bytes((2, 3, 0, 0))), text(0x0001, b"N"), degrees(0x0002, 48, 12, 29.5), text(0x0003, b"E"),
            degrees(0x0004, 16, 22, 25.7)])
        thumb = directory(second, [(0x0103, 3, 1, struct.pack(">H", 6)), long(0x0201, picture), long(0x0202, len(thumbnail))])
        return first, exif, gps, thumb

    parts = build(0, 0, 0, 0)
    camera = 8 + len(parts[0])
    position = camera + len(parts[1])
    second = position + len(parts[2])
    picture = second + len(parts[3])
    return b"MM\0*" + struct.pack(">I", 8) + b"".join(build(camera, position, second, picture)) + thumbnail


def colour_profile():
    """The smallest profile for colour pictures: white, three primaries and a tone curve."""
    def point(*values):
        return b"XYZ \0\0\0\0" + struct.pack(">iii", *values)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = [(b"wtpt", point(63190, 65536, 54061)), (b"rXYZ", point(28578, 14581, 912)),
            (b"gXYZ", point(25240, 46980, 6363)), (b"bXYZ", point(9376, 3970, 46799)),
            (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    body, table, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def phone_jpeg(picture):
    extended = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(XMP), 0) + XMP
    iptc = b"\x1c\x02\x5a\0\x0aSecretCity"
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    small = b"JFXX\0\x13" + bytes((2, 2)) + b"SecretThumb!"
    several = b"MPF\0MM\0*" + directory(8, [(0xB000, 7, 4, b"0100"), long(0xB001, 2)])
    profile = b"ICC_PROFILE\0\1\1" + colour_profile()
    frame = picture.index(b"\xff\xdb")
    return (picture[:frame] + segment(0xE0, small) + segment(0xE1, b"Exif\0\0" + phone_exif())
            + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP) + segment(0xE1, extended)
            + segment(0xED, photoshop) + segment(0xE2, profile) + segment(0xE2, several) + segment(0xE5, b"SecretFive")
            + segment(0xFE, b"SecretComment") + picture[frame:] + picture + VIDEO)


def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


sideways = upright.transpose(LAID[6])
save("phone.jpg", phone_jpeg(encoded(sideways, "JPEG", quality=80)))
save("phone-progressive.jpg", phone_jpeg(encoded(sideways, "JPEG", quality=80, progressive=True)))

picture = encoded(sideways, "PNG", optimize=True)
pixels = picture.index(b"IDAT") - 4
save("phone.png", picture[:pixels]
     + chunk(b"iCCP", b"profile\0\0" + zlib.compress(colour_profile(), 9)) + chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1))
     + chunk(b"eXIf", phone_exif()) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
     + chunk(b"tEXt", b"Author\0SecretName") + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"SecretComment"))
     + chunk(b"tIME", struct.pack(">HBBBBB", 2024, 5, 6, 7, 8, 9)) + chunk(b"prVw", b"SecretThumbnail")
     + picture[pixels:] + VIDEO)



def sub_blocks(data):
    parts = [data[start:start + 255] for start in range(0, len(data), 255)]
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


picture = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
first = picture.index(b"\x21\xff\x0bNETSCAPE2.0")
save("phone.gif", picture[:first] + b"\x21\xfe\x0dSecretComment\0"
     + b"\x21\xff\x0bXMP DataXMP" + XMP + bytes((1, *range(255, -1, -1), 0))
     + b"\x21\xff\x0bICCRGBG1012" + sub_blocks(colour_profile()) + picture[first:] + VIDEO)

picture = encoded(sideways, "WEBP", quality=60)
save("phone.webp", riff(
    (b"VP8X", struct.pack("<I", 0x2C) + struct.pack("<I", 63)[:3] + struct.pack("<I", 95)[:3]), (b"ICCP", colour_profile()),
    (b"VP8 ", picture[20:20 + struct.unpack("<I", picture[16:20])[0]]), (b"EXIF", phone_exif()), (b"XMP ", XMP),
    (b"SECR", b"SecretChunk")) + VIDEO)

for name in ("phone.heic", "phone.avif"):
    sideways.save(OUT / name, quality=40, exif=b"Exif\0\0" + phone_exif(), xmp=XMP)
save("phone-motion.heic", (OUT / "phone.heic").read_bytes() + struct.pack(">I4s", 8 + len(VIDEO), b"mpvd") + VIDEO)

# An invitation as a QR code.
segno.make("https://snug.example/rooms/0192f0c1-6a7e-7d2a-9a3b-5f1e2d3c4b5a/invite?code=QF7K-29XW", error="m").save(
    str(OUT / "code.png"), scale=24, border=4)


def photograph(width, height):
    """Soft shapes in many colours, an edge, and a little of a sensor's noise."""
    red = Image.linear_gradient("L").resize((width, height))
    green = red.rotate(90, expand=True).resize((width, height))
    blue = Image.radial_gradient("L").resize((width, height))
    image = Image.merge("RGB", (red, green, blue))
    ImageDraw.Draw(image).polygon([(0, height), (width // 3, height // 3), (width // 2, height)], fill=(90, 70, 60))
    return Image.blend(image, noise(width, height), 0.06)


light = photograph(1200, 800)
light.save(OUT / "light-photograph.webp", quality=30)
light.save(OUT / "light-photograph.avif", quality=30)
light.save(OUT / "photograph.jpg", quality=60)
light.save(OUT / "photograph-progressive.jpg", quality=60, progressive=True)
light.resize((240, 160)).save(OUT / "photograph.png")
