"""Makes Tests/ImagingTests/Fixtures: tiny DICOM, PNG and JPEG files, and what pydicom and Pillow make of them.

Run from the root of the repository; needs pydicom 3, pylibjpeg with its libjpeg and rle plug-ins, pillow and numpy:

    python tools/reference/imaging.py
"""

import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

FIXTURES = Path("Tests/ImagingTests/Fixtures")
ROWS, COLUMNS = 12, 16
random = np.random.default_rng(20250101)


def ramp(low, high, dtype):
    """A picture with every kind of slope, deterministic."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    waves = (np.sin(x * 0.7) + np.cos(y * 0.9) + 2) / 4
    return np.round(low + (high - low) * waves).astype(dtype)


def data_set(pixels, syntax=ExplicitVRLittleEndian, photometric="MONOCHROME2", bits=None, **attributes):
    """A single- or multi-frame image object; `pixels` has frames first and samples last."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.SOPInstanceUID = "2.25.1234567890"
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.Modality = "CR"
    samples = 3 if photometric in ("RGB", "YBR_FULL", "YBR_FULL_422") else 1
    shape = pixels.shape[:-1] if samples == 3 else pixels.shape
    ds.Rows, ds.Columns = shape[-2:]
    if len(shape) == 3:
        ds.NumberOfFrames = shape[0]
    ds.SamplesPerPixel = samples
    if samples == 3:
        ds.PlanarConfiguration = 0
    ds.PhotometricInterpretation = photometric
    ds.BitsAllocated = pixels.dtype.itemsize * 8
    ds.BitsStored = bits or ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    raw = pixels.astype(pixels.dtype.newbyteorder(">" if syntax == ExplicitVRBigEndian else "<")).tobytes()
    ds.PixelData = raw + b"\0" * (len(raw) % 2)
    ds["PixelData"].VR = "OW" if pixels.dtype.itemsize > 1 else "OB"
    for name, value in attributes.items():
        setattr(ds, name, value)
    return ds


def save(ds, name):
    ds.save_as(FIXTURES / name, enforce_file_format=True)


def stored(name):
    """What the decoder of pydicom makes of a file."""
    values = pixel_array(dcmread(FIXTURES / name), raw=True)
    little = values.astype(values.dtype.newbyteorder("<"))
    return {
        "file": name,
        "shape": list(values.shape),
        "dtype": little.dtype.str.replace("=", "<"),
        "sha256": hashlib.sha256(little.tobytes()).hexdigest(),
        "minimum": int(values.min()),
        "maximum": int(values.max()),
        "mean": float(values.mean()),
    }


def encapsulated(pixels, frames, syntax, **attributes):
    ds = data_set(pixels, **attributes)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate(frames)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


def make_stored():
    """One file a syntax, depth and sign."""
    color = np.stack([ramp(0, 255, "u1"), ramp(255, 0, "u1"), ramp(60, 90, "u1")], axis=-1)
    files = {
        "explicit-8.dcm": data_set(ramp(0, 255, "u1")),
        "explicit-12-signed.dcm": data_set(ramp(-2048, 2047, "i2"), bits=12),
        "implicit-12.dcm": data_set(ramp(0, 4095, "u2"), ImplicitVRLittleEndian, bits=12),
        "big-16-signed.dcm": data_set(ramp(-30000, 30000, "i2"), ExplicitVRBigEndian),
        "big-32.dcm": data_set(ramp(0, 4000000000, "u4"), ExplicitVRBigEndian),
        "deflated-16.dcm": data_set(ramp(0, 65535, "u2"), DeflatedExplicitVRLittleEndian),
        "frames-8.dcm": data_set(np.stack([ramp(0, 200, "u1"), ramp(50, 255, "u1"), ramp(9, 9, "u1")])),
        "color-8.dcm": data_set(color, photometric="RGB"),
        "big-color-8.dcm": data_set(color, ExplicitVRBigEndian, photometric="RGB"),
    }
    planar = data_set(color, photometric="RGB", PlanarConfiguration=1)
    planar.PixelData = np.moveaxis(color, -1, 0).tobytes()
    files["planar-8.dcm"] = planar
    shared = data_set(color, photometric="YBR_FULL_422")
    shared.PixelData = random.integers(0, 255, ROWS * COLUMNS * 2).astype("u1").tobytes()
    files["shared-chroma-8.dcm"] = shared
    # Bits above the twelve stored ones hold rubbish that does not count.
    unclean = ramp(0, 4095, "u2") | np.uint16(0xA000)
    files["unclean-12.dcm"] = data_set(unclean, bits=12)
    bits = data_set(np.zeros((3, 5, 7), "u1"))
    bits.BitsAllocated = bits.BitsStored = 1
    bits.HighBit = 0
    bits.PixelData = np.packbits(random.integers(0, 2, 105).astype("u1"), bitorder="little").tobytes()
    files["bits-1.dcm"] = bits
    for name, source in (("rle-16.dcm", ramp(0, 65535, "u2")), ("rle-8-frames.dcm", np.stack([ramp(0, 255, "u1")] * 2))):
        ds = data_set(source)
        ds.compress(RLELossless, generate_instance_uid=False)
        files[name] = ds
    ds = data_set(color, photometric="RGB")
    ds.compress(RLELossless, generate_instance_uid=False)
    files["rle-color.dcm"] = ds
    for name, ds in files.items():
        save(ds, name)
    return [stored(name) for name in files]


def make_lossy():
    """JPEG baseline: decoders agree to a level or two. One frame lies in three fragments."""
    buffer = io.BytesIO()
    Image.fromarray(ramp(0, 255, "u1")).save(buffer, "JPEG", quality=95)
    stream = buffer.getvalue()
    frame = np.asarray(Image.open(io.BytesIO(stream))).astype(int)
    save(encapsulated(ramp(0, 255, "u1"), [stream], JPEGBaseline8Bit), "jpeg-8.dcm")
    pieces = encapsulated(np.stack([ramp(0, 255, "u1")] * 2), [stream], JPEGBaseline8Bit)
    third = len(stream) // 3 // 2 * 2
    parts = [stream[:third], stream[third : 2 * third], stream[2 * third :]] * 2
    items = [struct.pack("<HHI", 0xFFFE, 0xE000, 0)]
    for part in parts:
        part += b"\0" * (len(part) % 2)
        items.append(struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part)
    pieces.PixelData = b"".join(items)
    save(pieces, "jpeg-8-fragments.dcm")
    # The stream is smaller than the data set claims.
    save(encapsulated(np.zeros((ROWS * 2, COLUMNS), "u1"), [stream], JPEGBaseline8Bit), "bad-jpeg-size.dcm")
    return {"files": ["jpeg-8.dcm", "jpeg-8-fragments.dcm"], "frame": frame.flatten().tolist()}


def lut_item(first, entries, bits):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.LUTData = list(entries)
    return item


def make_displayed():
    """Display intensities by pydicom's modality and VOI functions, inversion and padding by numpy."""
    unsigned = ramp(0, 4095, "u2")
    signed = ramp(-1000, 1500, "i2")
    curve = [int(65535 * (i / 255) ** 0.5) for i in range(256)]
    cases = {
        "window-linear.dcm": dict(pixels=unsigned, bits=12, WindowCenter=2000, WindowWidth=1500),
        "window-exact.dcm": dict(
            pixels=unsigned, bits=12, WindowCenter=2000.5, WindowWidth=1500.25, VOILUTFunction="LINEAR_EXACT"),
        "window-sigmoid.dcm": dict(
            pixels=unsigned, bits=12, WindowCenter=2000, WindowWidth=900, VOILUTFunction="SIGMOID"),
        "window-width-1.dcm": dict(pixels=unsigned, bits=12, WindowCenter=2000, WindowWidth=1),
        "window-two.dcm": dict(pixels=unsigned, bits=12, WindowCenter=[1000, 3000], WindowWidth=[800, 200]),
        "rescale.dcm": dict(
            pixels=signed, RescaleSlope="-1.5", RescaleIntercept="24.25", WindowCenter=100, WindowWidth=1800),
        "monochrome1.dcm": dict(
            pixels=unsigned, bits=12, photometric="MONOCHROME1", WindowCenter=2000, WindowWidth=3000),
        "shape-inverse.dcm": dict(
            pixels=unsigned, bits=12, PresentationLUTShape="INVERSE", WindowCenter=2000, WindowWidth=3000),
        "shape-identity.dcm": dict(
            pixels=unsigned, bits=12, photometric="MONOCHROME1", PresentationLUTShape="IDENTITY", WindowCenter=2000,
            WindowWidth=3000),
        "voi-lut.dcm": dict(
            pixels=ramp(0, 400, "u2"), bits=10, VOILUTSequence=[lut_item(100, curve, 16)]),
        "modality-lut.dcm": dict(
            pixels=ramp(0, 300, "u2"), bits=10, ModalityLUTSequence=[lut_item(20, curve, 16)], WindowCenter=30000,
            WindowWidth=40000),
        "padding.dcm": dict(
            pixels=np.where(np.indices((ROWS, COLUMNS))[1] < 3, -2000, signed).astype("i2"), PixelPaddingValue=-2000,
            photometric="MONOCHROME1", WindowCenter=100, WindowWidth=1800),
    }
    answers = []
    for name, case in cases.items():
        case = dict(case)
        pixels = case.pop("pixels")
        ds = data_set(pixels, **case)
        if "ModalityLUTSequence" in ds:
            ds.ModalityLUTSequence[0].ModalityLUTType = "US"
        for sequence in ("ModalityLUTSequence", "VOILUTSequence"):
            if sequence in ds:
                ds[sequence].value[0]["LUTDescriptor"].VR = "US"
                ds[sequence].value[0]["LUTData"].VR = "US"
        if "PixelPaddingValue" in ds:
            ds["PixelPaddingValue"].VR = "SS"
        save(ds, name)
        answers.append(display(name, pixels))
    return answers


def display(name, pixels):
    ds = dcmread(FIXTURES / name)
    values = apply_modality_lut(pixels, ds).astype("f8")
    if "VOILUTSequence" in ds:
        levels = apply_voi_lut(values.astype(int), ds, prefer_lut=True) / 65535
    elif ds.WindowWidth == 1:
        # pydicom divides by width - 1; PS3.3 C.11.2.1.2.1 leaves a step.
        levels = (values > ds.WindowCenter - 0.5).astype("f8")
    else:
        windowed = apply_voi_lut(values, ds, prefer_lut=False)
        low, high = output_range(ds)
        levels = (windowed - low) / (high - low)
    shape = ds.get("PresentationLUTShape")
    inverted = shape == "INVERSE" if shape else ds.PhotometricInterpretation == "MONOCHROME1"
    if inverted:
        levels = 1 - levels
    if "PixelPaddingValue" in ds:
        levels = np.where(pixels == ds.PixelPaddingValue, 0, levels)
    return {"file": name, "inverted": inverted, "levels": np.round(levels, 6).flatten().tolist()}


def output_range(ds):
    """What pydicom's apply_windowing gives below and above the window; a negative slope makes the former the larger."""
    if "ModalityLUTSequence" in ds:
        return 0, 65535
    if ds.PixelRepresentation:
        low, high = -(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1
    else:
        low, high = 0, 2**ds.BitsStored - 1
    if "RescaleSlope" in ds:
        low, high = (v * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for v in (low, high))
    return low, high


def make_oriented():
    """View and orientation."""
    for name, attributes in {
        "mirrored.dcm": dict(PatientOrientation=["R", "F"], ViewPosition="PA"),
        "upright.dcm": dict(PatientOrientation=["L", "F"], ViewPosition="AP"),
        "turned.dcm": dict(PatientOrientation=["F", "R"], ViewPosition="AP", PatientPosition="HFS"),
        "side.dcm": dict(PatientOrientation=["A", "F"], ViewPosition="LL"),
        "oblong.dcm": dict(PixelSpacing=[0.2, 0.1], ViewPosition=""),
        "spacing-zero.dcm": dict(PixelSpacing=[0, 0], ImagerPixelSpacing=[0.1, 0.2]),
    }.items():
        save(data_set(ramp(0, 255, "u1"), WindowCenter=128, WindowWidth=256, **attributes), name)


def make_texts():
    """The same words in the character sets of Chinese hospitals."""
    words = "王^小东", "胸部正位 僞圽浬"
    encodings = {
        "utf8.dcm": ("ISO_IR 192", "utf-8"),
        "gb18030.dcm": ("GB18030", "gb18030"),
        "gbk.dcm": ("GBK", "gbk"),
        "undeclared-gbk.dcm": (None, "gbk"),
        "undeclared-utf8.dcm": (None, "utf-8"),
        "latin1-gbk.dcm": ("ISO_IR 100", "gbk"),
    }
    for name, (declared, encoding) in encodings.items():
        ds = data_set(ramp(0, 255, "u1"))
        if declared:
            ds.SpecificCharacterSet = declared
        ds.save_as(FIXTURES / name, enforce_file_format=True)
        # Bytes put in by hand: pydicom would encode by what is declared.
        raw = bytearray((FIXTURES / name).read_bytes())
        place = raw.find(struct.pack("<HH", 0x0028, 0x0002))
        extra = b""
        for (group, element, vr), text in zip(((0x0010, 0x0010, b"PN"), (0x0018, 0x1030, b"LO")), words):
            value = text.encode(encoding)
            value += b" " * (len(value) % 2)
            extra += struct.pack("<HH2sH", group, element, vr, len(value)) + value
        (FIXTURES / name).write_bytes(bytes(raw[:place]) + extra + bytes(raw[place:]))


def adam7(pixels):
    """An interlaced 8-bit grey PNG (ISO/IEC 15948, clause 8), which Pillow does not write."""
    rows = b""
    for left, top, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
    ):
        for row in pixels[top::down, left::across]:
            rows += b"\0" + row.tobytes()

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def make_pictures():
    """PNG and JPEG, with grey values by Pillow."""
    grey = ramp(0, 255, "u1")
    alpha = ramp(255, 0, "u1")
    color = np.stack([grey, alpha, ramp(60, 90, "u1")], axis=-1)
    pictures = {
        "grey-8.png": Image.fromarray(grey),
        "grey-16.png": Image.fromarray(ramp(0, 65535, "u2")),
        "grey-12-in-16.png": Image.fromarray(ramp(100, 4000, "u2")),
        "grey-1.png": Image.fromarray(grey).convert("1"),
        "color.png": Image.fromarray(color),
        "palette.png": Image.fromarray(color).quantize(16),
        "grey-alpha.png": Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)]),
        "color-alpha.png": Image.merge("RGBA", [*Image.fromarray(color).split(), Image.fromarray(alpha)]),
    }
    answers = []
    for name, picture in pictures.items():
        picture.save(FIXTURES / name)
        answers.append({"file": name, "grey": as_grey(Image.open(FIXTURES / name))})
    (FIXTURES / "interlaced.png").write_bytes(adam7(grey))
    answers.append({"file": "interlaced.png", "grey": as_grey(Image.open(FIXTURES / "interlaced.png"))})
    Image.fromarray(grey).save(FIXTURES / "grey.jpg", quality=95)
    Image.fromarray(color).save(FIXTURES / "color.jpg", quality=95, subsampling=0)
    Image.fromarray(color).convert("CMYK").save(FIXTURES / "inks.jpg", quality=95)
    for orientation in (3, 6):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(grey).save(FIXTURES / f"orientation-{orientation}.jpg", quality=95, exif=exif)
    for name in ("grey.jpg", "color.jpg", "inks.jpg", "orientation-3.jpg", "orientation-6.jpg"):
        picture = Image.open(FIXTURES / name)
        turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270}.get(picture.getexif().get(0x0112))
        if turn is not None:
            picture = picture.transpose(turn)
        answers.append({"file": name, "grey": as_grey(picture)})
    header = struct.pack(">IIBBBBB", 100000, 100000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    (FIXTURES / "bad-huge.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    return answers


def as_grey(picture):
    if picture.mode.startswith("I"):
        return np.asarray(picture).flatten().tolist()
    if picture.mode in ("LA", "RGBA"):
        black = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(black, picture.convert("RGBA")).convert("RGB")
    return np.asarray(picture.convert("RGB").convert("L")).flatten().tolist()


def make_resized():
    """Pillow's Image.resize in mode F."""
    source = random.random((17, 23), dtype="f4")
    cases = []
    for name, kernel in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
        for width, height in ((11, 8), (23, 17), (40, 35), (5, 30), (3, 2), (1, 1)):
            resized = np.asarray(Image.fromarray(source).resize((width, height), kernel))
            cases.append({
                "kernel": name, "width": width, "height": height, "pixels": [float(f"{v:.8g}") for v in resized.flat]})
    return {"width": 23, "height": 17, "pixels": [float(f"{v:.9g}") for v in source.flat], "cases": cases}


def make_bad():
    """Files that must be refused, each for a reason of its own."""
    wavelet = data_set(np.tile(ramp(0, 255, "u1"), (6, 4)))
    wavelet.compress(JPEG2000Lossless, generate_instance_uid=False)
    save(wavelet, "bad-wavelet.dcm")
    save(data_set(ramp(0, 255, "u1"), BitsStored=12), "bad-bits.dcm")
    save(data_set(ramp(0, 255, "u1"), Rows=30000), "bad-rows.dcm")
    save(data_set(ramp(0, 255, "u1"), Rows=65000, Columns=65000), "bad-huge.dcm")
    save(data_set(ramp(0, 255, "u1"), RescaleSlope=0, RescaleIntercept=0), "bad-slope.dcm")
    save(data_set(ramp(0, 255, "u1"), SamplesPerPixel=2), "bad-samples.dcm")
    save(data_set(ramp(0, 255, "u1"), PresentationIntentType="FOR PROCESSING"), "bad-raw.dcm")
    # The second segment begins past the end of the frame.
    runs = data_set(ramp(0, 65535, "u2"))
    runs.compress(RLELossless, generate_instance_uid=False)
    raw = bytearray(runs.PixelData)
    frame = raw.find(struct.pack("<II", 2, 64))
    raw[frame + 8 : frame + 12] = struct.pack("<I", 0x7FFFFFFF)
    runs.PixelData = bytes(raw)
    save(runs, "bad-runs.dcm")
    text = data_set(ramp(0, 255, "u1"))
    del text.PixelData
    save(text, "bad-no-pixels.dcm")
    raw = (FIXTURES / "window-linear.dcm").read_bytes()
    (FIXTURES / "bad-cut.dcm").write_bytes(raw[: len(raw) - 100])


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for old in FIXTURES.iterdir():
        old.unlink()
    answers = {
        "stored": make_stored(),
        "lossy": make_lossy(),
        "displayed": make_displayed(),
        "pictures": make_pictures(),
        "resized": make_resized(),
    }
    make_oriented()
    make_texts()
    make_bad()
    for name, answer in answers.items():
        (FIXTURES / f"{name}.json").write_text(json.dumps(answer, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
