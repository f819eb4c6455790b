#include "core/local/file_lock.h"

#include "core/local/words.h"

#include <QFile>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace signalbox::local {

FileLock::~FileLock()
{
    close();
}

FileLock::FileLock(FileLock &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) { }

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    if (this != &other) {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

Result<FileLock> FileLock::open(const QString &path)
{
    // Closed on exec, or every child of this process (a handler's program, say) would hold the lock too.
    const int descriptor
        = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor >= 0) return FileLock(descriptor);
    const QString cause = qt_error_string(errno);
    return fail(Error::Kind::Unavailable, Words::tr("Could not open the lock file %1.").arg(path), cause,
                Words::tr("Check that you own its folder and may write there."));
}

bool FileLock::tryLock(Mode mode) const
{
    Q_ASSERT(isOpen());
    const int operation = (mode == Mode::Shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
    int result = 0;
    do result = ::flock(m_descriptor, operation);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

void FileLock::close()
{
    if (isOpen()) ::close(std::exchange(m_descriptor, -1));
}

} // namespace signalbox::local
