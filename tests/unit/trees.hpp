/// \file
/// Device trees for tests: compiled by dtc from `tests/unit/trees/*.dts`.
#pragma once

#include "boot/device_tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace k::test {

/// The folder with the compiled trees; CMake writes where it is.
extern const char* const trees_folder;

/// A blob in memory of its own, so that the sanitizer sees a read past its end.
class Blob {
  public:
    explicit Blob(const std::vector<char>& bytes)
        : size_{bytes.size()}, bytes_{new (std::align_val_t{16}) char[bytes.size()]} {
        std::ranges::copy(bytes, bytes_.get());
    }

    /// The tree compiled from `trees/<name>.dts`.
    explicit Blob(const std::string& name) : Blob{read(name)} {}

    [[nodiscard]] const char* data() const { return bytes_.get(); }
    [[nodiscard]] char* data() { return bytes_.get(); }
    [[nodiscard]] usize size() const { return size_; }

    [[nodiscard]] TreeResult<DeviceTree> open() const { return open_tree(data(), size()); }

    /// The tree; the test ends in an exception if it is refused.
    [[nodiscard]] DeviceTree tree() const {
        const auto tree = open();
        if (!tree) throw std::runtime_error{std::string{tree.error().what}};
        return *tree;
    }

    /// The big-endian word at `offset`.
    [[nodiscard]] u32 peek(usize offset) const {
        u32 value = 0;
        for (usize i = 0; i < 4; ++i)
            value = value << 8 | static_cast<u8>(bytes_[offset + i]);
        return value;
    }

    /// Replaces the big-endian word at `offset`.
    void poke(usize offset, u32 value) {
        for (usize i = 0; i < 4; ++i)
            bytes_[offset + i] = static_cast<char>(value >> (24 - 8 * i));
    }

    static std::vector<char> read(const std::string& name) {
        std::ifstream file{std::string{trees_folder} + "/" + name + ".dtb", std::ios::binary};
        if (!file) throw std::runtime_error{"no tree " + name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

  private:
    struct Free {
        void operator()(char* bytes) const { operator delete[](bytes, std::align_val_t{16}); }
    };

    usize size_;
    std::unique_ptr<char[], Free> bytes_;
};

} // namespace k::test
