#pragma once

#include "core/model/job_id.h"
#include "core/model/json_text.h"
#include "core/model/timestamp.h"

#include <QMap>
#include <QString>
#include <QStringList>

#include <chrono>
#include <limits>
#include <optional>
#include <vector>

namespace signalbox {

/// Reads the members of one JSON object by key and type, and remembers the first that is wrong, so that a
/// reader is a list of fields without a branch after each:
///
///     JsonFields fields(json);
///     const Thing thing{fields.requiredText("name"_L1), fields.seconds("wait"_L1, 1s)};
///     return fields.result().map([&] { return thing; });
///
/// A key that is not there gives the fallback; so does null where the function's name says OrNull. What was
/// not asked for is unknown(), and no error. Errors   Invalid; `what` names the field, `why` its line when
/// the object has more than one.   Threads  a value; any.
class JsonFields {
public:
    explicit JsonFields(const QByteArray &object, const JsonLimits &limits = {});
    /// Members read before; those of an object inside another, whose lines are counted from `firstLine`.
    explicit JsonFields(QList<JsonMember> members, int firstLine = 1);

    [[nodiscard]] bool has(QLatin1StringView key) const;
    [[nodiscard]] QString text(QLatin1StringView key, const QString &fallback = {});
    [[nodiscard]] QString textOrNull(QLatin1StringView key); ///< empty when null
    [[nodiscard]] QString requiredText(QLatin1StringView key);
    [[nodiscard]] bool boolean(QLatin1StringView key, bool fallback);
    /// Written without fraction and exponent, so that nothing is rounded.
    [[nodiscard]] qint64 integer(QLatin1StringView key, qint64 fallback,
                                 qint64 min = std::numeric_limits<qint64>::min(),
                                 qint64 max = std::numeric_limits<qint64>::max());
    [[nodiscard]] double number(QLatin1StringView key, double fallback);
    [[nodiscard]] std::optional<double> numberOrNull(QLatin1StringView key);
    /// Rounded to milliseconds; what is above 0 stays above 0.
    [[nodiscard]] std::chrono::milliseconds seconds(QLatin1StringView key,
                                                    std::chrono::milliseconds fallback);
    [[nodiscard]] std::optional<std::chrono::milliseconds> secondsOrNull(QLatin1StringView key);
    [[nodiscard]] std::optional<Timestamp> timeOrNull(QLatin1StringView key);
    [[nodiscard]] JobId jobIdOrNull(QLatin1StringView key);
    [[nodiscard]] QList<JobId> jobIds(QLatin1StringView key);
    [[nodiscard]] QMap<QString, QString> textMap(QLatin1StringView key);
    [[nodiscard]] QStringList textList(QLatin1StringView key);
    [[nodiscard]] QList<QByteArray> elements(QLatin1StringView key); ///< of an array, as written
    [[nodiscard]] JsonText json(QLatin1StringView key, const JsonText &fallback, JsonText::Root root,
                                const JsonLimits &limits = {});
    /// A value that `read` makes of the text: `fields.named("status"_L1, JobStatus::Pending,
    /// jobStatusFromText)`.
    template <typename T>
    [[nodiscard]] T named(QLatin1StringView key, T fallback, Result<T> (*read)(QStringView))
    {
        const JsonMember *member = find(key);
        if (!member || !require(*member, JsonKind::String)) return fallback;
        const Result<T> value = read(jsonUnquoted(member->value));
        if (!value) refuse(key, value.error().what + u' ' + value.error().why, value.error().todo);
        return value.value_or(fallback);
    }

    /// Adds a reader's own finding, unless an earlier field was wrong.
    void refuse(QLatin1StringView key, const QString &why, const QString &todo);
    /// The member as it stands, now counted as known; nullptr when it is not there.
    [[nodiscard]] const JsonMember *find(QLatin1StringView key);
    [[nodiscard]] QList<JsonMember> unknown() const; ///< what nobody asked for, in order
    [[nodiscard]] Result<> result() const;           ///< the first error, if there was one

private:
    [[nodiscard]] const JsonMember *findNotNull(QLatin1StringView key);
    [[nodiscard]] bool require(const JsonMember &member, JsonKind kind);
    [[nodiscard]] std::optional<double> toNumber(const JsonMember &member);
    [[nodiscard]] std::optional<std::chrono::milliseconds> toSeconds(const JsonMember &member);
    void refuse(const JsonMember &member, const QString &why, const QString &todo);

    QList<JsonMember> m_members;
    std::vector<bool> m_isKnown;
    int m_firstLine = 1;
    std::optional<Error> m_error;
};

} // namespace signalbox
