"""What identity refuses, and how it says so."""

from api.kernel.errors import DomainError, Kind, Unauthenticated


class TokenInvalid(Unauthenticated):
    """The access token is not one of ours, or is altered."""

    code = "token_invalid"
    zh = "登录凭证无效，请重新登录。"
    en = "The access token is not valid; please sign in again."


class TokenExpired(Unauthenticated):
    """The access token's 15 minutes are over: refresh and repeat the request."""

    code = "token_expired"
    zh = "登录凭证已过期，请刷新。"
    en = "The access token has expired; refresh it."


class SessionEnded(Unauthenticated):
    """The session was signed out, revoked or ran out, or the person may no longer sign in."""

    code = "session_ended"
    zh = "登录已失效，请重新登录。"
    en = "The session has ended; please sign in again."


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, spent, or of a session that has ended."""

    code = "refresh_token_refused"
    zh = "刷新凭证无效或已使用，请重新登录。"
    en = "The refresh token is not valid or was used before; please sign in again."


class SignInRefused(Unauthenticated):
    """Username, password or second factor is wrong; which one is not said."""

    code = "sign_in_refused"
    zh = "用户名、密码或动态口令不正确。"
    en = "Username, password or second factor is not correct."


class CodeRefused(Unauthenticated):
    """The SMS code is wrong, used, expired or was tried too often; or the number is not enrolled."""

    code = "sign_in_code_refused"
    zh = "验证码错误或已失效，请重新获取。"
    en = "The code is wrong or no longer valid; ask for a new one."


class TrackerUnknown(Unauthenticated):
    """The tracker's token is not one of ours, was revoked, or its owner may send no positions."""

    code = "tracker_unknown"
    zh = "定位设备的凭证无效或已撤销，请在应用中重新生成。"
    en = "The tracker's token is not known or was revoked; make a new one in the app."


class TooManyTrackers(DomainError):
    """A person has as many trackers as they may."""

    code, kind = "too_many_trackers", Kind.CONFLICT
    zh = "最多可登记 {most} 个定位设备，请先撤销不用的。"
    en = "At most {most} trackers; revoke one that is not used."


class StationRequired(DomainError):
    """The number is enrolled at several stations: repeat with one of `facts.stations`. The code stays good."""

    code, kind = "station_required", Kind.CONFLICT
    zh = "该号码登记在多个派出所，请选择。"
    en = "This number is enrolled at several stations; choose one."


class TooManyAttempts(DomainError):
    """A number, account or address has tried too often."""

    code, kind = "too_many_attempts", Kind.TOO_MANY
    zh = "尝试次数过多，请稍后再试。"
    en = "Too many attempts; try again later."


class PhoneUnusable(DomainError):
    """Not a telephone number of mainland China that a person can have."""

    code, kind = "phone_unusable", Kind.INVALID
    zh = "电话号码无效（仅支持中国大陆手机和固定电话）。"
    en = "Not a usable phone number (mainland China, mobile or fixed line)."


class PhoneWithoutSms(DomainError):
    """A landline cannot receive a code."""

    code, kind = "phone_without_sms", Kind.INVALID
    zh = "固定电话无法接收短信，请使用手机号码。"
    en = "A landline receives no SMS; use a mobile number."


class PhoneTaken(DomainError):
    """Another person of the station has this number."""

    code, kind = "phone_taken", Kind.CONFLICT
    zh = "本所已有人员使用该号码。"
    en = "Somebody at this station already has this number."


class UsernameTaken(DomainError):
    """Another person has this username."""

    code, kind = "username_taken", Kind.CONFLICT
    zh = "用户名已被使用。"
    en = "This username is taken."


class PasswordWeak(DomainError):
    """The password does not meet the policy; `facts.fault` says why."""

    code, kind = "password_weak", Kind.INVALID
    zh = "密码不符合要求：12 至 128 个字符，不含用户名，至少 5 种不同字符。"
    en = "The password is too weak: 12 to 128 characters, without the username, at least 5 different ones."


class NoCredentials(DomainError):
    """A second factor belongs to a username, and this person has none."""

    code, kind = "no_credentials", Kind.CONFLICT
    zh = "请先为该人员设置用户名和密码。"
    en = "Give this person a username and password first."


class NotOnYourself(DomainError):
    """Roles and standing are changed by somebody else, so that nobody promotes or locks out themselves."""

    code, kind = "not_on_yourself", Kind.FORBIDDEN
    zh = "不能对自己执行此操作，请由其他管理员办理。"
    en = "You cannot do this to yourself; ask another administrator."


class SubscriptionRefused(DomainError):
    """A Web Push subscription without keys, with an address no push may go to, or where none is sent at all."""

    code, kind = "subscription_refused", Kind.INVALID
    zh = "推送订阅无效，或其地址不被允许。"
    en = "The push subscription is not valid, or its address is not allowed."
