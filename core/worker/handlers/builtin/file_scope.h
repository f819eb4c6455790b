#pragma once

#include "core/model/error.h"
#include "core/worker/handlers/unique_fd.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace signalbox::worker {

/// A path out of a job, checked: absolute, without "." and "..", and below one of the folders, also once all
/// symbolic links are followed.   Errors   Invalid, naming the field; NotFound.
[[nodiscard]] Result<QString> existingPath(QStringView field, const QString &path,
                                           const QStringList &folders);
/// The same for what is to be made: the folder it is made in exists and is below one of `folders`.
[[nodiscard]] Result<QString> newPath(QStringView field, const QString &path, const QStringList &folders);

/// What the system said, about a file.   Kind   Unavailable.
[[nodiscard]] tl::unexpected<Error> fileError(const QString &what, const QString &path, int error);

/// A file that is there as a whole or not at all: written under another name beside it, then renamed.
class NewFile {
public:
    /// Errors   Unavailable.
    [[nodiscard]] static Result<NewFile> create(const QString &path);
    NewFile(NewFile &&) noexcept = default;
    NewFile &operator=(NewFile &&) = delete;
    ~NewFile(); ///< without commit(): as if it had never been
    [[nodiscard]] Result<> write(QByteArrayView bytes);
    /// On the disk, under its name. Errors   WrongState: there is one already, and it may not be replaced.
    [[nodiscard]] Result<> commit(bool mayReplace);
    [[nodiscard]] const QString &temporaryPath() const { return m_temporary; }

private:
    NewFile() = default;
    QString m_path, m_temporary;
    UniqueFd m_fd;
};

} // namespace signalbox::worker
