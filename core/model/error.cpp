#include "core/model/error.h"

#include "core/model/words.h"

#include <QStringList>

namespace signalbox {

using namespace Qt::StringLiterals;

QString Error::text() const
{
    QStringList sentences{what, why, todo};
    sentences.removeAll(QString());
    return sentences.join(u' ');
}

QString toText(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::Invalid:
        return u"invalid"_s;
    case Error::Kind::NotFound:
        return u"not_found"_s;
    case Error::Kind::WrongState:
        return u"wrong_state"_s;
    case Error::Kind::LeaseLost:
        return u"lease_lost"_s;
    case Error::Kind::QueueFull:
        return u"queue_full"_s;
    case Error::Kind::OutOfMemory:
        return u"out_of_memory"_s;
    case Error::Kind::Unauthorised:
        return u"unauthorised"_s;
    case Error::Kind::ConnectionLost:
        return u"connection_lost"_s;
    case Error::Kind::Unavailable:
        return u"unavailable"_s;
    case Error::Kind::Damaged:
        return u"damaged"_s;
    case Error::Kind::Unsupported:
        return u"unsupported"_s;
    case Error::Kind::Internal:
        return u"internal"_s;
    }
    Q_UNREACHABLE();
}

tl::unexpected<Error> failField(QStringView field, QString why, QString todo)
{
    return fail(Error::Kind::Invalid, Words::tr("The field %1 is not valid.").arg(field), std::move(why),
                std::move(todo));
}

} // namespace signalbox
