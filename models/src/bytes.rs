//! Reads the numbers of a weights file, little endian.

/// A file that ends too early or holds what it must not: the byte where reading failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged(pub(crate) usize);

/// A place in a file.
pub(crate) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    /// From the beginning.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What says that it is damaged here.
    pub(crate) fn damaged(&self) -> Damaged {
        Damaged(self.at)
    }

    /// The next bytes.
    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let end = self.at.checked_add(length).ok_or(self.damaged())?;
        let taken = self.bytes.get(self.at..end).ok_or(self.damaged())?;
        self.at = end;
        Ok(taken)
    }

    /// The next bytes, so many as are asked for.
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let mut taken = [0; N];
        taken.copy_from_slice(self.slice(N)?);
        Ok(taken)
    }

    /// A count or a key.
    pub(crate) fn u32(&mut self) -> Result<u32, Damaged> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    /// A count that is sane for a file of this length.
    pub(crate) fn count(&mut self) -> Result<usize, Damaged> {
        let count = self.u32()? as usize;
        if count <= self.bytes.len() { Ok(count) } else { Err(self.damaged()) }
    }

    /// A finite number.
    pub(crate) fn float(&mut self) -> Result<f32, Damaged> {
        let at = self.damaged();
        let number = f32::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(at) }
    }

    /// So many finite numbers.
    pub(crate) fn floats(&mut self, count: usize) -> Result<Vec<f32>, Damaged> {
        if count > self.bytes.len() {
            return Err(self.damaged());
        }
        (0..count).map(|_| self.float()).collect()
    }

    /// So many small numbers.
    pub(crate) fn small(&mut self, count: usize) -> Result<impl Iterator<Item = i8> + 'a, Damaged> {
        Ok(self.slice(count)?.iter().map(|byte| i8::from_le_bytes([*byte])))
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), Damaged> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.damaged()) }
    }
}
