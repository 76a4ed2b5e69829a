import Kernel
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct BufferedFileReaderTests {
    @Test("Nothing outside the file is read, whatever the offset (I6)")
    func bounds() {
        var source = BufferedFileReader([1, 2, 3, 4])
        #expect(source.byte(at: 4) == nil)
        #expect(source.byte(at: -1) == nil)
        #expect(source.byte(at: .max) == nil)
        #expect(source.bytes(at: 2, length: 3) == nil)
        #expect(source.bytes(at: .max, length: 1) == nil)
        #expect(source.bytes(at: 0, length: -1) == nil)
        #expect(source.bigEndian(at: 0, length: 4) == 0x0102_0304)
        #expect(source.littleEndian(at: 1, length: 3) == 0x04_0302)
        #expect(source.firstIndex(of: 9, from: 0) == nil)
        #expect(source.firstIndex(of: 3, from: .max) == nil)
    }

    @Test("A search continues into the next window")
    func windows() {
        var bytes = [UInt8](repeating: 0, count: BufferedFileReader.windowLength * 3)
        bytes[BufferedFileReader.windowLength * 2 + 5] = 9
        var source = BufferedFileReader(bytes)
        #expect(source.firstIndex(of: 9, from: 1) == BufferedFileReader.windowLength * 2 + 5)
        #expect(source.byte(at: 0) == 0)
    }

    @Test("Numbers of up to eight bytes are read, except those beyond any file")
    func largeNumbers() {
        var source = BufferedFileReader([0, 0, 0, 1, 0, 0, 0, 2, 0x20, 0, 0, 0, 0, 0, 0, 0])
        #expect(source.bigEndian(at: 0, length: 8) == 0x1_0000_0002)
        #expect(source.bigEndian(at: 8, length: 8) == nil)
    }

    @Test("A read error looks like the end, is not retried, and is reported afterwards")
    func failing() {
        let failure = FileFailure("read", code: 5)
        var tries = 0
        var source = BufferedFileReader(count: 100) { _, _ throws(FileFailure) in
            tries += 1
            throw failure
        }
        #expect(source.byte(at: 0) == nil)
        #expect(source.firstIndex(of: 0, from: 3) == nil)
        #expect(tries == 1)
        #expect(throws: failure) { try source.checkReading() }
    }

    @Test("A file that has become shorter looks like it ends")
    func shrunk() {
        var source = BufferedFileReader(count: 100) { _, _ in [1] }
        #expect(source.byte(at: 50) == 1)
        #expect(source.bytes(at: 50, length: 2) == nil)
        var gone = BufferedFileReader(count: 100) { _, _ in [] }
        #expect(gone.byte(at: 0) == nil)
        #expect(gone.firstIndex(of: 1, from: 0) == nil)
    }
}
