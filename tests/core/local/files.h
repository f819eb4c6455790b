#pragma once

#include "core/local/private_redis.h"

#include <QFile>

#include <sys/stat.h>

#include <functional>

namespace signalbox::test {

inline mode_t modeOf(const QString &path)
{
    struct stat found { };
    return ::stat(QFile::encodeName(path).constData(), &found) == 0 ? found.st_mode & 07777U : 0U;
}

/// For QVERIFY2, which evaluates its text also where all is well.
inline const char *why(const Result<local::PrivateRedis::Started> &started)
{
    static QByteArray text;
    text = started ? QByteArray() : started.error().text().toUtf8();
    return text.constData();
}

inline bool changeFile(const QString &path, const std::function<void(QByteArray &)> &change)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite)) return false;
    QByteArray bytes = file.readAll();
    change(bytes);
    return file.resize(0) && file.seek(0) && file.write(bytes) == bytes.size();
}

} // namespace signalbox::test
