#pragma once

#include "tests/faults/scene.h"

#include <QMap>
#include <QRandomGenerator>

#include <algorithm>

namespace signalbox::test {

/// Which calls of scripts a fault hits. Each script's first call is hit, so that none is left out however
/// rarely it is called; then one in three, by the seed, up to six of each.
class ScriptHits {
public:
    explicit ScriptHits(quint32 seed) : m_random(seed) { }
    [[nodiscard]] bool hits(const FaultProxy::Command &command)
    {
        constexpr int hitsMax = 6;
        const QByteArray script = scriptOf(command);
        if (script.isEmpty() || m_hits.value(script) == hitsMax) return false;
        if (m_hits.contains(script) && m_random.bounded(3) != 0) return false;
        ++m_hits[script];
        return true;
    }
    [[nodiscard]] bool haveHit(std::initializer_list<const char *> scripts) const
    {
        return std::all_of(scripts.begin(), scripts.end(),
                           [this](const char *script) { return m_hits.contains(script); });
    }
    [[nodiscard]] QString text() const ///< "submit 3, reap 1"
    {
        QStringList texts;
        for (auto hit = m_hits.cbegin(); hit != m_hits.cend(); ++hit)
            texts += QStringLiteral("%1 %2").arg(QString::fromLatin1(hit.key())).arg(*hit);
        return texts.join(QStringLiteral(", "));
    }

private:
    QRandomGenerator m_random;
    QMap<QByteArray, int> m_hits;
};

} // namespace signalbox::test
