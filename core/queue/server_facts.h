#pragma once

#include "core/model/server_health.h"
#include "core/queue/finding.h"

#include <QMap>

namespace signalbox::queue {

/// What a server says of itself: the lines of INFO and what CONFIG GET gives, as far as it may be asked.
struct ServerFacts {
    QMap<QByteArray, QByteArray> info;
    QMap<QByteArray, QByteArray> config;
    [[nodiscard]] static QMap<QByteArray, QByteArray> infoLines(const QByteArray &text);
};

/// What is wrong with a server that keeps queues, what is worth knowing, and what it does not tell.
struct ServerVerdict {
    QList<Finding> findings;
    QStringList facts;
    QStringList unchecked;
};
[[nodiscard]] ServerVerdict judge(const ServerFacts &facts);
/// Of INFO's lines.
[[nodiscard]] ServerHealth healthOf(const QMap<QByteArray, QByteArray> &info);

} // namespace signalbox::queue
