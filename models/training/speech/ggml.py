"""The ggml container as whisper.cpp reads it: tensors, and the block formats used here."""
import struct

import numpy as np

MAGIC = 0x67676D6C
BLOCK = 32
TYPES = {'f32': 0, 'f16': 1, 'q5_1': 7, 'q8_0': 8}      # ggml tensor types
FILE_TYPES = {'f32': 0, 'f16': 1, 'q5_1': 9, 'q8_0': 7}  # the header's overall type
QUANT_VERSION = 2000                                     # quantisation version 2, as whisper.cpp expects it


def to_q8_0(x):
    """Blocks of 32: one f16 scale and 32 signed bytes."""
    b = x.reshape(-1, BLOCK).astype(np.float32)
    scale = np.abs(b).max(1) / 127
    inverse = np.where(scale > 0, 1 / np.maximum(scale, 1e-30), 0)
    q = np.rint(b * inverse[:, None]).astype(np.int8)
    return np.concatenate([scale.astype(np.float16)[:, None].view(np.uint8), q.view(np.uint8)], 1).tobytes()


def to_q5_1(x):
    """Blocks of 32: f16 scale and minimum, the fifth bits together, then the low four bits in pairs."""
    b = x.reshape(-1, BLOCK).astype(np.float32)
    low = b.min(1)
    scale = (b.max(1) - low) / 31
    inverse = np.where(scale > 0, 1 / np.maximum(scale, 1e-30), 0)
    q = np.clip((b - low[:, None]) * inverse[:, None] + 0.5, 0, 31).astype(np.uint8)
    fifth = (((q >> 4) & 1).astype(np.uint32) << np.arange(BLOCK, dtype=np.uint32)).sum(1, dtype=np.uint32)
    pairs = (q[:, :16] & 15) | ((q[:, 16:] & 15) << 4)
    heads = [v.astype(np.float16)[:, None].view(np.uint8) for v in (scale, low)]
    return np.concatenate([*heads, fifth[:, None].view(np.uint8), pairs], 1).tobytes()


class Writer:
    """Writes one model file, part by part."""

    def __init__(self, file, kind):
        self.file, self.kind = file, kind

    def header(self, numbers):
        """The eleven dimensions; the last one, the file type, is added here."""
        version = QUANT_VERSION if self.kind.startswith('q') else 0
        self.file.write(struct.pack('<I11i', MAGIC, *numbers, FILE_TYPES[self.kind] + version))

    def filters(self, mel):
        self.file.write(struct.pack('<2i', *mel.shape) + mel.astype(np.float32).tobytes())

    def words(self, words):
        self.file.write(struct.pack('<i', len(words)))
        for word in words:
            self.file.write(struct.pack('<I', len(word)) + word)

    def tensor(self, name, x, kind=None):
        """One tensor; `kind` None means the file's own type."""
        kind = kind or self.kind
        x = np.ascontiguousarray(x, np.float32)
        data = {'f32': lambda: x.tobytes(), 'f16': lambda: x.astype(np.float16).tobytes(),
                'q8_0': lambda: to_q8_0(x), 'q5_1': lambda: to_q5_1(x)}[kind]()
        raw = name.encode()
        self.file.write(struct.pack('<3i', x.ndim, len(raw), TYPES[kind]))
        self.file.write(struct.pack(f'<{x.ndim}i', *x.shape[::-1]) + raw + data)
