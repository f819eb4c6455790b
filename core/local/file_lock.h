#pragma once

#include "core/model/error.h"

#include <QString>

namespace signalbox::local {

/// A lock of the kernel (flock) on a file. It ends with the last descriptor of its open file, so also by
/// `kill -9`, and can neither be left behind nor be stale. The file itself stays, for the next.
/// Threads  one at a time.
class FileLock {
public:
    enum class Mode { Shared, Exclusive };

    FileLock() = default; ///< of nothing: isOpen() is false
    ~FileLock();
    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&other) noexcept;
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

    /// Makes the file (0600) where it is missing; never follows a link.   Errors  Unavailable.
    [[nodiscard]] static Result<FileLock> open(const QString &path);
    /// At once: false when another holds it. From Shared to Exclusive the old lock is given up in any case.
    [[nodiscard]] bool tryLock(Mode mode) const;
    /// Closes the file. The lock lives on in a process that inherited the descriptor.
    void close();
    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }

private:
    explicit FileLock(int descriptor) : m_descriptor(descriptor) { }
    int m_descriptor = -1;
};

} // namespace signalbox::local
